import { randomBytes } from "node:crypto";
import { z } from "zod";
import { type Client, connectClient } from "#app/db/database.server.ts";
import { logOutage } from "#app/platform/log.server.ts";

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

const transactionsSchema = z.array(z.object({ id: z.string() }));

/** Fast enough that a connection which went silent is replaced within 7 s. */
const heartbeatMs = 4_000;
const answerLimitMs = 3_000;
/** How long it waits before it looks again for those who kept silent, at first and later on. */
const firstLookMs = 50;
const slowestLookMs = 1_000;
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
      let silent = await Promise.race([lost, withinLimit(silentTransactions(client))]);
      await Promise.race([lost, prove()]);
      onProved();
      onLive(true);
      for (let lookMs = firstLookMs; ; lookMs = Math.min(lookMs * 2, slowestLookMs)) {
        await Promise.race([lost, pause(silent.length > 0 ? lookMs : heartbeatMs, signal)]);
        if (silent.length > 0) {
          silent = await Promise.race([lost, withinLimit(silentTransactions(client, silent))]);
          if (!signal.aborted) onChange("users");
        }
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

/** From now on transactions tell of what they change: the triggers look whether anybody holds the lock. */
async function listen(client: Client, ownChannel: string): Promise<void> {
  await client.query("select pg_advisory_lock_shared(hashtext('todos_changed'))");
  await client.query(`listen ${ownChannel}`);
  await client.query("listen todos_changed");
}

/**
 * Transactions that have changed something and may have found that nobody listens: they will not tell of it when they
 * commit. What they have written to the ledger is locked until then.
 * @param among those that were found before; all of them unless told
 * @returns their virtual ids
 */
async function silentTransactions(client: Client, among: string[] | null = null): Promise<string[]> {
  const { rows } = await client.query(
    `select distinct l.virtualtransaction as id
     from pg_locks l
     join pg_database d on d.oid = l.database
     where d.datname = current_database()
       and l.relation = to_regclass('public.todo_changes')
       and l.mode = 'RowExclusiveLock'
       and ($1::text[] is null or l.virtualtransaction = any($1::text[]))`,
    [among],
  );
  return transactionsSchema.parse(rows).map(({ id }) => id);
}

/** @throws {Error} when the promise takes too long */
async function withinLimit<T>(promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("The database says nothing")), answerLimitMs);
  });
  return Promise.race([promise, limit]).finally(() => clearTimeout(timer));
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
