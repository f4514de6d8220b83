import type { Server, ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { closeDatabases } from "#app/db/database.server.ts";
import { isStartedByNpm } from "#app/platform/environment.server.ts";
import { whenParentIsGone } from "#app/platform/parent-process.server.ts";
import { closeOpenPages } from "#app/routes/todos/live/open-pages.server.ts";

/** How long it may take from the signal on. What is not done by then is cut off. */
const stopLimitMs = 10_000;
/**
 * So long after a SIGTERM new connections are still taken. Whoever spreads the requests over several processes learns
 * from `/readyz` that this one goes, or is told by whoever sent the signal, but not in the same moment.
 */
const noticeMs = 1_000;
/** By then everybody has his answer: what hangs in the pools keeps nobody. */
const closeLimitMs = 2_000;

let hasBegun = false;

/** Whether the process has been asked to stop. It answers as long as it can be reached. */
export function isStopping(): boolean {
  return hasBegun;
}

/**
 * Stops the process on SIGTERM, on SIGINT, and when the npm that has started it is gone: live pages are ended, requests
 * in flight finish, connections to the database are closed, and it exits with 0; with 1 when that takes more than 10 s.
 * A second signal exits with 1 at once.
 */
export function stopOnSignal(server: Server): void {
  const unanswered = new Set<ServerResponse>();
  server.on("request", (_, response) => {
    unanswered.add(response);
    response.once("close", () => unanswered.delete(response));
  });

  async function stop(notice: number): Promise<void> {
    if (hasBegun) process.exit(1);
    hasBegun = true;
    setTimeout(() => process.exit(1), stopLimitMs).unref();
    closeOpenPages();
    await delay(notice);
    server.close();
    // Not until the server is closed: a connection on which nobody asks anything would keep it open.
    while (unanswered.size > 0) await delay(20);
    await Promise.race([closeDatabases(), delay(closeLimitMs)]);
    process.exit(0);
  }
  process.on("SIGTERM", () => stop(noticeMs));
  // A person at a terminal, who waits.
  process.on("SIGINT", () => stop(0));
  if (isStartedByNpm()) whenParentIsGone(() => hasBegun || stop(noticeMs));
}
