import type { ServerResponse } from "node:http";
import { log } from "#app/platform/log.server.ts";
import { metrics, secondsSince } from "#app/platform/metrics.server.ts";
import { inRequest, type RequestContext } from "#app/platform/request-context.server.ts";

export interface RequestFacts {
  method: string;
  /** The pattern in routes.ts, never the path; `asset` for a file. */
  route?: string;
  /** Of `performance.now()`. */
  readonly startedAt: number;
  /** A stream may last for hours: its own end says nothing of how long the client waited. */
  isStream?: true;
}

const refusals = new Set([403, 413, 429]);

/** One line for a request, when its answer has been sent or its client has gone away. */
export function logRequest(facts: RequestFacts, response: ServerResponse, context: RequestContext): void {
  response.once("close", () => {
    const { writableFinished } = response;
    // Node says 200 for an answer that was never begun.
    const status = response.headersSent ? response.statusCode : undefined;
    const { method, route, startedAt } = facts;
    if (!facts.isStream) measure(facts, status);
    const details = {
      event: "request",
      method,
      route,
      status,
      ms: Math.round(performance.now() - startedAt),
      ...(!writableFinished && { isAborted: true }),
    };
    inRequest(context, () => {
      if (status && refusals.has(status)) log.warn({ event: "refused", method, route, status }, "Refused");
      log[levelOf(facts, status)](details, `${method} ${route ?? "(no route)"} ${status ?? "unanswered"}`);
    });
  });
}

/** A second line: a stream may last for hours. To be called within the request. */
export function logOpenedStream(facts: RequestFacts, status: number): void {
  const { method, route } = facts;
  facts.isStream = true;
  measure(facts, status);
  log.info({ event: "stream opened", method, route }, `${method} ${route} opened`);
}

/** Prometheus's own requests are not users' requests. */
function measure({ method, route = "other", startedAt }: RequestFacts, status: number | undefined): void {
  if (route === "/metrics") return;
  const known = ["GET", "HEAD", "POST"].includes(method) ? method : "other";
  metrics.requests.observe({ method: known, route, status: status ?? "none" }, secondsSince(startedAt));
}

function levelOf({ route }: RequestFacts, status = 0): "debug" | "info" | "warn" {
  if (status >= 500) return "warn";
  return route === "asset" && status < 400 ? "debug" : "info";
}
