import { ReadableStream } from "node:stream/web";
import type { LoaderFunctionArgs } from "@remix-run/node";
import { readAsUser, toSignIn } from "#app/auth/session/guard.server.ts";
import { readSession } from "#app/auth/session/session.server.ts";
import { personalHeaders, retryHeaders } from "#app/http/headers.ts";
import { notNow } from "#app/http/not-now.server.ts";
import { readBatch, usersCsv } from "./csv-export.server.ts";

/** All users as a file. Anything else is answered in plain text, as a script may be asking. */
export async function loader({ request }: LoaderFunctionArgs) {
  try {
    const asked = await readAsUser(request, await readSession(request), (session) =>
      readBatch(session, null),
    );
    if (!asked.isSignedIn) return toSignIn(asked, "/stats.csv");
    const headers = personalHeaders(asked.setCookie);
    if (!asked.viewer.isAdmin) return plainText(403, "Only admins can see the statistics.", headers);
    const today = new Date().toISOString().slice(0, 10);
    headers.set("Content-Type", "text/csv; charset=utf-8");
    headers.set("Content-Disposition", `attachment; filename="todo-statistics-${today}.csv"`);
    return new Response(ReadableStream.from(usersCsv(asked.session, asked.data)) as never, { headers });
  } catch (error) {
    const { status, message, retryAfter } = notNow("GET /stats.csv", error);
    return plainText(status, message, retryHeaders(retryAfter));
  }
}

function plainText(status: number, message: string, headers: Headers): Response {
  headers.set("Content-Type", "text/plain; charset=utf-8");
  return new Response(`${message}\n`, { status, headers });
}
