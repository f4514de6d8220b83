import type { ServerResponse } from "node:http";
import { log } from "#app/platform/log.server.ts";
import { inRequest, type RequestContext } from "#app/platform/request-context.server.ts";

/** What the log tells of a request, as far as it is known by now. */
export interface RequestFacts {
  method: string;
  /** As routes.ts has it, never as it was asked for; `asset` for a file, undefined where there is nothing. */
  route?: string;
}

/** A refusal is something to look for, whoever has refused. */
const refusals = new Set([403, 413, 429]);

/**
 * One line for a request, when its answer has gone out or its client has gone away. Files are told of at the level
 * `debug`. A stream of events has a line at its beginning, too: it may be there for hours.
 */
export function logRequest(facts: RequestFacts, response: ServerResponse, context: RequestContext): void {
  const start = performance.now();
  response.once("close", () => {
    const { writableFinished } = response;
    // Of an answer that was never begun, Node says 200.
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
      log[levelOf(facts, status)](details, `${method} ${route ?? "nowhere"} ${status ?? "unanswered"}`);
    });
  });
}

/** To be called within the request. */
export function logOpenedStream({ method, route }: RequestFacts): void {
  log.info({ event: "stream opened", method, route }, `${method} ${route} goes on`);
}

function levelOf({ route }: RequestFacts, status = 0): "debug" | "info" | "warn" {
  if (status >= 500) return "warn";
  return route === "asset" && status < 400 ? "debug" : "info";
}
