import type { LoaderFunctionArgs } from "@remix-run/node";
import { csvFile } from "#app/http/csv.server.ts";
import { answerDownload } from "#app/routes/export/download.server.ts";
import { todayOf } from "#app/routes/todos/details/today.server.ts";
import { allUsersBatch, type UserStats, usersPerBatch } from "./queries.server.ts";
import { usersColumns } from "./users-columns.ts";

export function loader({ request }: LoaderFunctionArgs) {
  const today = todayOf(request);
  return answerDownload<UserStats>(request, {
    contentType: "text/csv; charset=utf-8",
    disposition: `attachment; filename="todo-statistics-${today}.csv"`,
    batch: (session, after) => allUsersBatch(session, after?.userId ?? null, today),
    rowsPerBatch: usersPerBatch,
    write: (operation, batches) => csvFile(operation, usersColumns, batches),
    adminsOnly: "Only admins can see the statistics.",
  });
}
