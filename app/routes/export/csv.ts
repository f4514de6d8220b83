import type { LoaderFunctionArgs } from "@remix-run/node";
import { csvFile } from "#app/http/csv.server.ts";
import { exportOwnTodos } from "./own-todos.server.ts";
import type { OwnTodo } from "./queries.server.ts";

const columns = (["id", "task", "isComplete", "insertedAt", "completedAt"] as const).map((key) => ({
  key,
  header: key,
}));

export function loader({ request }: LoaderFunctionArgs) {
  return exportOwnTodos(request, {
    name: "todos.csv",
    contentType: "text/csv; charset=utf-8",
    write: (operation, batches) => csvFile<OwnTodo>(operation, columns, batches),
  });
}
