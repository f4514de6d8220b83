import type { LoaderFunctionArgs } from "@remix-run/node";
import { personalHeaders } from "#app/http/headers.ts";
import { answerCallback } from "./answer-callback.server.ts";

export async function loader({ request, params }: LoaderFunctionArgs) {
  if (request.method === "HEAD") return unasked(405, { Allow: "GET" });
  if (isPrefetch(request)) return unasked(425);
  return answerCallback(request, params.provider ?? "");
}

/** Refuses what is not a user coming back: the code can be used once. */
function unasked(status: 405 | 425, headers: Record<string, string> = {}): Response {
  const unkept = personalHeaders();
  for (const [name, value] of Object.entries(headers)) unkept.set(name, value);
  return new Response(null, { status, headers: unkept });
}

/** Browsers throw a prefetched error away, and ask again when the page is needed. */
function isPrefetch({ headers }: Request): boolean {
  return ["Sec-Purpose", "Purpose", "X-Moz"].some((name) => headers.get(name)?.includes("prefetch"));
}
