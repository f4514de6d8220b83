import type { LoaderFunctionArgs } from "@remix-run/node";
import { personalHeaders } from "#app/http/headers.ts";
import { answerCallback } from "./answer-callback.server.ts";

/** Where Stack sends the browser back to, with a code that is good for one use. */
export async function loader({ request, params }: LoaderFunctionArgs) {
  if (request.method === "HEAD") return unasked(405, { Allow: "GET" });
  if (isPrefetch(request)) return unasked(425);
  return answerCallback(request, params.provider ?? "");
}

/** Refuses what is not a person's coming back: the code is good for one use. */
function unasked(status: 405 | 425, headers: Record<string, string> = {}): Response {
  const unkept = personalHeaders();
  for (const [name, value] of Object.entries(headers)) unkept.set(name, value);
  return new Response(null, { status, headers: unkept });
}

/** Whether a browser only looks ahead. It throws an answer away that is an error, and asks again when it is needed. */
function isPrefetch({ headers }: Request): boolean {
  return ["Sec-Purpose", "Purpose", "X-Moz"].some((name) => headers.get(name)?.includes("prefetch"));
}
