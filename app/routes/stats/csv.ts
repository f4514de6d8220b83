import { ReadableStream } from "node:stream/web";
import type { LoaderFunctionArgs } from "@remix-run/node";
import { personalHeaders, retryHeaders } from "#app/http/headers.ts";
import { readForAdmins } from "./admins-only.server.ts";
import { readBatch, usersCsv } from "./csv-export.server.ts";

/** All users as a file. Words instead of it are plain text, as it may be a script that asks. */
export async function loader({ request }: LoaderFunctionArgs) {
  const read = await readForAdmins(request, async (session) => {
    const { profile, users } = await readBatch(session, null);
    return { profile, data: users };
  });
  switch (read.view) {
    case "signed out":
      return read.answer;
    case "unavailable": {
      const headers = retryHeaders(read.retryAfter);
      return words(503, read.message, headers);
    }
    case "refused":
      return words(403, "The statistics are for admins.", personalHeaders(read.setCookie));
    case "admin": {
      const headers = personalHeaders(read.setCookie);
      const today = new Date().toISOString().slice(0, 10);
      headers.set("Content-Type", "text/csv; charset=utf-8");
      headers.set("Content-Disposition", `attachment; filename="todo-statistics-${today}.csv"`);
      return new Response(ReadableStream.from(usersCsv(read.session, read.data)) as never, { headers });
    }
  }
}

function words(status: 403 | 503, message: string, headers: Headers): Response {
  headers.set("Content-Type", "text/plain; charset=utf-8");
  return new Response(`${message}\n`, { status, headers });
}
