import type { LoaderFunctionArgs } from "@remix-run/node";
import { logOutage } from "#app/platform/log.server.ts";
import { answerDownload } from "./download.server.ts";
import { type OwnTodo, ownTodosBatch, todosPerBatch } from "./queries.server.ts";

export function loader({ request }: LoaderFunctionArgs) {
  return answerDownload(request, {
    contentType: "application/json; charset=utf-8",
    disposition: "attachment; filename=todos.json",
    batch: ownTodosBatch,
    rowsPerBatch: todosPerBatch,
    write: jsonFile,
  });
}

/** An array, with a todo on each line. If it breaks off it has no end, and is not valid JSON. */
async function* jsonFile(operation: string, batches: AsyncIterable<OwnTodo[]>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let before = "[\n";
  try {
    for await (const todos of batches) {
      if (todos.length === 0) continue;
      yield encoder.encode(before + todos.map((todo) => JSON.stringify(todo)).join(",\n"));
      before = ",\n";
    }
  } catch (error) {
    logOutage(operation, error);
    throw error;
  }
  yield encoder.encode(before === ",\n" ? "\n]\n" : "[]\n");
}
