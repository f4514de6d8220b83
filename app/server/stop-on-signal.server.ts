import type { Server, ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { isStartedByNpm } from "#app/platform/environment.server.ts";
import { whenParentIsGone } from "#app/platform/parent-process.server.ts";
import { beginStop, finishStop, isStopping } from "#app/platform/stopping.server.ts";

/** From the signal on. What is not done by then is cut off. */
const stopLimitMs = 10_000;
/** npm relays a signal that a terminal or systemd has sent to it and to this process alike. */
const sameSignalMs = 1_000;
/** All requests are answered by then: a pool that hangs does not delay the exit. */
const closeLimitMs = 2_000;

/**
 * Stops the process on SIGTERM, on SIGINT, and when the npm that started it is gone: live streams end, requests in
 * flight finish, and database connections close. It exits with 1 after 10 s, or at a later signal.
 * @param noticeMs how long new connections are still taken after a SIGTERM: a load balancer hears of it a moment later
 */
export function stopOnSignal(server: Server, noticeMs = 1_000): void {
  const unanswered = new Set<ServerResponse>();
  server.on("request", (_, response) => {
    unanswered.add(response);
    response.once("close", () => unanswered.delete(response));
  });

  let stoppedAt = 0;
  async function stop(notice: number): Promise<void> {
    if (isStopping() && performance.now() - stoppedAt < sameSignalMs) return;
    if (isStopping()) process.exit(1);
    stoppedAt = performance.now();
    setTimeout(() => process.exit(1), stopLimitMs).unref();
    beginStop();
    for (const response of unanswered) if (!response.headersSent) response.setHeader("Connection", "close");
    await delay(notice);
    server.close();
    // Not until the server is closed: an idle connection would keep it open.
    while (unanswered.size > 0) await delay(20);
    await Promise.race([finishStop(), delay(closeLimitMs)]);
    process.exit(0);
  }
  process.on("SIGTERM", () => stop(noticeMs));
  // Someone at a terminal is waiting.
  process.on("SIGINT", () => stop(0));
  if (isStartedByNpm()) whenParentIsGone(() => isStopping() || stop(noticeMs));
}
