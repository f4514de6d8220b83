import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { ServerBuild } from "@remix-run/node";
import { environment } from "#app/platform/environment.server.ts";
import { log, logAsJson, logOutage } from "#app/platform/log.server.ts";
import { sweep } from "#app/sweep.server.ts";
import { answerClientErrors } from "./client-errors.server.ts";
import { requestHandler } from "./request-handler.server.ts";
import { stopOnSignal } from "./stopping.server.ts";

const limits = {
  maxHeaderSize: 16 * 1024,
  /** From a connection's opening, or a request's first byte. */
  headersTimeout: 10_000,
  /** For all of a request. A body that is too large is read to its end, but not for ever. */
  requestTimeout: 30_000,
  /** How often Node looks for either. */
  connectionsCheckingInterval: 1_000,
  /** Longer than proxies keep connections open, most of them for 60 s: else they would send a request into a close. */
  keepAliveTimeout: 75_000,
  /** `requestHandler` looks for one itself: Node would refuse without our headers. */
  requireHostHeader: false,
};

/** For a client that does not take what it is sent. Streams of events have something to send every 20 s. */
const silenceLimitMs = 90_000;

/**
 * Serves the production build, and stops cleanly on SIGTERM and SIGINT.
 * @param build what `remix vite:build` wrote; this module is part of it
 * @throws {InvalidEnvironment} before anything is opened
 */
export async function startServer(build: ServerBuild): Promise<void> {
  const { appOrigin, port, host, logLevel } = environment();
  logAsJson(logLevel);
  // Node would end the process just so, but print all that the error has, such as rows and requests.
  process.on("uncaughtException", (error) => {
    log.fatal({ event: "crash", err: error }, "The process ends");
    process.exit(1);
  });
  const answer = requestHandler(build);
  const server = createServer(limits, answer);
  // Whatever else is expected than to be told to go on, an answer is no worse than a refusal without our headers.
  server.on("checkExpectation", answer);
  server.timeout = silenceLimitMs;
  answerClientErrors(server);

  server.listen(port, host);
  await new Promise<void>((resolve, reject) => server.once("listening", resolve).once("error", reject));
  log.info(`Listening on port ${(server.address() as AddressInfo).port}, serving ${appOrigin}`);
  sweep().catch((error) => logOutage("Sweeping", error));
  stopOnSignal(server);
}
