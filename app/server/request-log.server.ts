import type { ServerResponse } from "node:http";
import { log } from "#app/platform/log.server.ts";
import { inRequest, type RequestContext } from "#app/platform/request-context.server.ts";

export interface RequestFacts {
  method: string;
  /** The pattern in routes.ts, never the path; `asset` for a file. */
  route?: string;
}

const refusals = new Set([403, 413, 429]);

/** One line for a request, when its answer has been sent or its client has gone away. */
export function logRequest(facts: RequestFacts, response: ServerResponse, context: RequestContext): void {
  const start = performance.now();
  response.once("close", () => {
    const { writableFinished } = response;
    // Node says 200 for an answer that was never begun.
    const status = response.headersSent ? response.statusCode : undefined;
    const { method, route } = facts;
    const details = {
      event: "request",
      method,
      route,
      status,
      ms: Math.round(performance.now() - start),
      ...(!writableFinished && { isAborted: true }),
    };
    inRequest(context, () => {
      if (status && refusals.has(status)) log.warn({ event: "refused", method, route, status }, "Refused");
      log[levelOf(facts, status)](details, `${method} ${route ?? "(no route)"} ${status ?? "unanswered"}`);
    });
  });
}

/** A second line: a stream may last for hours. To be called within the request. */
export function logOpenedStream({ method, route }: RequestFacts): void {
  log.info({ event: "stream opened", method, route }, `${method} ${route} opened`);
}

function levelOf({ route }: RequestFacts, status = 0): "debug" | "info" | "warn" {
  if (status >= 500) return "warn";
  return route === "asset" && status < 400 ? "debug" : "info";
}
