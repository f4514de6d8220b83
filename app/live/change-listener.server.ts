import { randomBytes } from "node:crypto";
import { type Client, connectClient } from "#app/db/database.server.ts";
import { logOutage } from "#app/http/unavailable.server.ts";

/** What the triggers say of a change: of todos, or of profiles (names, roles, deletions). */
export type Change = "todos" | "users";

export interface ChangeListenerOptions {
  /** On Postgres's direct host: LISTEN needs a session of its own. */
  databaseUrl: string;
  /** Once per transaction. Never before the change can be read. */
  onChange(change: Change): void;
  /**
   * `true` as soon as it is proved that it hears: what happened before that is not known. `false` as soon as it may
   * have missed something.
   */
  onLive(isLive: boolean): void;
}

/** Fast enough that a connection which went silent is replaced within 7 s. */
const heartbeatMs = 4_000;
const answerLimitMs = 3_000;
/** Less than a request may take to connect: whoever waits here can be told that the page is not live. */
const connectLimitMs = 5_000;
const firstRetryMs = 100;
const slowestRetryMs = 4_000;

/**
 * Hears of every change that Postgres's triggers tell of, over one connection, until it is stopped.
 *
 * That it hears is proved by a notification to itself, at the start and every few seconds: a connection whose other
 * end is gone says nothing, and neither does a pooler that does not carry LISTEN. A lost connection is replaced.
 * @returns what stops it; it calls back no more from then on
 */
export function listenForChanges({ databaseUrl, onChange, onLive }: ChangeListenerOptions): () => void {
  const stopping = new AbortController();
  const { signal } = stopping;

  async function run(): Promise<void> {
    let retryMs = firstRetryMs;
    while (!signal.aborted) {
      try {
        await listenOnce(() => {
          retryMs = firstRetryMs;
        });
      } catch (error) {
        if (!signal.aborted && retryMs === firstRetryMs) logOutage("Listening for changes", error);
      }
      // Half of it at random: the processes of a site should not all come back at once.
      await pause(retryMs * (0.5 + Math.random() / 2), signal);
      retryMs = Math.min(retryMs * 2, slowestRetryMs);
    }
  }

  /** Listens until the connection is lost, which it throws. */
  async function listenOnce(onProved: () => void): Promise<void> {
    const client = await connectClient(databaseUrl, {
      applicationName: "todos-live",
      connectLimitMs,
    });
    const ownChannel = `todos_live_${randomBytes(8).toString("hex")}`;
    let onAnswer = () => {};
    let onStop = () => {};
    const lost = new Promise<never>((_, reject) => {
      client.on("error", reject);
      client.on("end", () => reject(new Error("The connection has ended")));
      onStop = () => reject(signal.reason);
      signal.addEventListener("abort", onStop);
    });
    // It is raced below, and may be lost once more when nobody looks any longer.
    lost.catch(() => {});
    try {
      signal.throwIfAborted();
      client.on("notification", ({ channel, payload }) => {
        if (channel === ownChannel) onAnswer();
        else if (!signal.aborted) onChange(payload === "users" ? "users" : "todos");
      });
      const prove = () =>
        withinLimit(
          new Promise<void>((resolve, reject) => {
            onAnswer = resolve;
            client.query("select pg_notify($1, '')", [ownChannel]).catch(reject);
          }),
        );

      await Promise.race([lost, withinLimit(listen(client, ownChannel))]);
      await Promise.race([lost, prove()]);
      onProved();
      onLive(true);
      for (;;) {
        await Promise.race([lost, pause(heartbeatMs, signal)]);
        await Promise.race([lost, prove()]);
      }
    } finally {
      signal.removeEventListener("abort", onStop);
      // Whoever listens anew by then is not to be told of this one.
      if (!signal.aborted) onLive(false);
      client.end().catch(() => {});
    }
  }

  run();
  return () => stopping.abort();
}

async function listen(client: Client, ownChannel: string): Promise<void> {
  await client.query(`listen ${ownChannel}`);
  await client.query("listen todos_changed");
}

/** @throws {Error} when the promise takes too long */
async function withinLimit(promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("The database says nothing")), answerLimitMs);
  });
  await Promise.race([promise, limit]).finally(() => clearTimeout(timer));
}

/** Resolves after a while, and at once when the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener("abort", finish);
  });
}
