import type { LoaderFunctionArgs } from "@remix-run/node";
import { personalHeaders } from "#app/http/headers.ts";
import { answerCallback } from "./answer-callback.server.ts";

export async function loader({ request, params }: LoaderFunctionArgs) {
  // Only a user who comes back may use up the code.
  const headers = personalHeaders();
  if (request.method === "HEAD") {
    headers.set("Allow", "GET");
    return new Response(null, { status: 405, headers });
  }
  if (isPrefetch(request)) return new Response(null, { status: 425, headers });
  return answerCallback(request, params.provider ?? "");
}

/** Browsers throw a prefetched error away, and ask again when the page is needed. */
function isPrefetch({ headers }: Request): boolean {
  return ["Sec-Purpose", "Purpose", "X-Moz"].some((name) => headers.get(name)?.includes("prefetch"));
}
