import type { LoaderFunctionArgs } from "@remix-run/node";
import { answerCallback } from "#app/auth/oauth-callback.server.ts";
import { personalHeaders } from "#app/http/headers.ts";

/** Where Stack sends the browser back to, with a code that is good for one use. */
export async function loader({ request, params }: LoaderFunctionArgs) {
  if (request.method === "HEAD" || isPrefetch(request)) {
    return new Response(null, { status: 503, headers: personalHeaders() });
  }
  return answerCallback(request, params.provider ?? "");
}

/** Whether a browser only looks ahead. It throws an answer away that is an error, and asks again when it is needed. */
function isPrefetch({ headers }: Request): boolean {
  return ["Sec-Purpose", "Purpose", "X-Moz"].some((name) => headers.get(name)?.includes("prefetch"));
}
