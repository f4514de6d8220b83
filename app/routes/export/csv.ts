import type { LoaderFunctionArgs } from "@remix-run/node";
import { csvFile } from "#app/http/csv.server.ts";
import { answerDownload } from "./download.server.ts";
import { type OwnTodo, ownTodoColumns, ownTodosBatch, todosPerBatch } from "./queries.server.ts";

const columns = ownTodoColumns.map((key) => ({ key, header: key }));

export function loader({ request }: LoaderFunctionArgs) {
  return answerDownload<OwnTodo>(request, {
    contentType: "text/csv; charset=utf-8",
    disposition: "attachment; filename=todos.csv",
    batch: ownTodosBatch,
    rowsPerBatch: todosPerBatch,
    write: (operation, batches) => csvFile(operation, columns, batches),
  });
}
