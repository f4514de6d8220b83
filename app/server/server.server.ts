import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { ServerBuild } from "@remix-run/node";
import { environment } from "#app/platform/environment.server.ts";
import { log, logAsJson } from "#app/platform/log.server.ts";
import { watchProcess } from "#app/platform/metrics.server.ts";
import { answerClientErrors } from "./client-errors.server.ts";
import { requestHandler } from "./request-handler.server.ts";
import { stopOnSignal } from "./stop-on-signal.server.ts";

const limits = {
  maxHeaderSize: 16 * 1024,
  /** From the opening of the connection, or the first byte of a request. */
  headersTimeout: 10_000,
  /** For the whole request. A body that is too large is read to its end, but not forever. */
  requestTimeout: 30_000,
  /** How often Node checks both. */
  connectionsCheckingInterval: 1_000,
  /** Longer than proxies keep connections open, mostly 60 s: otherwise a request could meet a closing connection. */
  keepAliveTimeout: 75_000,
  /** `requestHandler` checks it: Node would refuse without our headers. */
  requireHostHeader: false,
};

/** For clients that stop reading. Event streams send something at least every 20 s. */
const silenceLimitMs = 90_000;

/**
 * @param noticeMs see `stopOnSignal`
 * @throws {InvalidEnvironment} before anything is opened
 */
export async function listen(build: ServerBuild, noticeMs?: number): Promise<void> {
  const { appOrigin, port, host, logLevel, metricsToken } = environment();
  if (metricsToken !== undefined) watchProcess();
  logAsJson(logLevel);
  // Node would end the process too, but print everything in the error, such as rows and requests.
  process.on("uncaughtException", (error) => {
    log.fatal({ event: "crash", err: error }, "The process exits");
    process.exit(1);
  });
  const answer = requestHandler(build);
  const server = createServer(limits, answer);
  // An unknown `Expect` gets an answer. Node would refuse it, without our headers.
  server.on("checkExpectation", answer);
  server.timeout = silenceLimitMs;
  answerClientErrors(server);

  server.listen(port, host);
  await new Promise<void>((resolve, reject) => server.once("listening", resolve).once("error", reject));
  log.info(`Listening on port ${(server.address() as AddressInfo).port}, serving ${appOrigin}`);
  stopOnSignal(server, noticeMs);
}
