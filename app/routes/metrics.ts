import { createHash, timingSafeEqual } from "node:crypto";
import type { LoaderFunctionArgs } from "@remix-run/node";
import { environment } from "#app/platform/environment.server.ts";
import { registry } from "#app/platform/metrics.server.ts";

/** For Prometheus, in its text format. Without METRICS_TOKEN there is no such route. */
export async function loader({ request }: LoaderFunctionArgs) {
  const { metricsToken } = environment();
  if (metricsToken === undefined) return answer(404, "Not found.\n");
  const token = /^Bearer +(.*)$/i.exec(request.headers.get("Authorization") ?? "")?.[1] ?? "";
  if (!isSame(token, metricsToken)) {
    return answer(401, "Send METRICS_TOKEN as the bearer token.\n", { "WWW-Authenticate": "Bearer" });
  }
  return answer(200, await registry.metrics(), { "Content-Type": registry.contentType });
}

function answer(status: number, body: string, headers: Record<string, string> = {}): Response {
  const all = { "Cache-Control": "no-store", "Content-Type": "text/plain; charset=utf-8", ...headers };
  return new Response(body, { status, headers: all });
}

/** In constant time: how much of a guess is right does not show. Hashes are of the same length. */
function isSame(guess: string, token: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(guess), hash(token));
}
