import type { LoaderFunctionArgs } from "@remix-run/node";
import { csvFile } from "#app/http/csv.server.ts";
import { answerDownload } from "#app/routes/export/download.server.ts";
import { allUsersBatch, type UserStats, usersPerBatch } from "./queries.server.ts";

const columns = [
  { key: "email", header: "Email" },
  { key: "name", header: "Name" },
  { key: "complete", header: "Completed" },
  { key: "total", header: "Total" },
  { key: "latest", header: "Last activity" },
] as const;

export function loader({ request }: LoaderFunctionArgs) {
  const today = new Date().toISOString().slice(0, 10);
  return answerDownload<UserStats>(request, {
    contentType: "text/csv; charset=utf-8",
    disposition: `attachment; filename="todo-statistics-${today}.csv"`,
    batch: (session, after) => allUsersBatch(session, after?.userId ?? null),
    rowsPerBatch: usersPerBatch,
    write: (operation, batches) => csvFile(operation, columns, batches),
    adminsOnly: "Only admins can see the statistics.",
  });
}
