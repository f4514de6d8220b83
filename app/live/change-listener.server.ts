import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { type Client, connectClient } from "#app/db/database.server.ts";
import { logOutage } from "#app/platform/log.server.ts";
import { unlessAborted } from "#app/platform/unless-aborted.ts";

/** Triggers notify a channel, once per transaction, when a process listens. */
export interface ChangeSource {
  channel: string;
  /** The table that every transaction with a change writes to: `schema.name`. */
  ledger: string;
  /** The payload of a change to what users may see. */
  rightsPayload: string;
}

interface ChangeListenerOptions {
  /** On Postgres's direct host: LISTEN needs a session of its own. */
  databaseUrl: string;
  source: ChangeSource;
  /** Once per transaction, and never before the change can be read. */
  onChange(concernsRights: boolean): void;
  /**
   * `true` as soon as it is proved that notifications arrive: changes before that may have been missed. `false` as soon
   * as one may be missed.
   */
  onLive(isLive: boolean): void;
}

const transactionSchema = z.object({ id: z.string() });

/** With the limit below, a connection that went silent is replaced within 7 s. */
const heartbeatMs = 4_000;
const answerLimitMs = 3_000;
/** The pause before the next look for silent transactions. */
const firstLookMs = 50;
const slowestLookMs = 1_000;
const connectLimitMs = 5_000;
const firstRetryMs = 100;
const slowestRetryMs = 4_000;

/**
 * A notification to itself, at the start and every few seconds, proves that it hears: neither a connection whose other
 * end is gone nor a pooler that does not carry LISTEN would say so. A lost connection is replaced.
 * @returns stops it, after which it calls nothing back
 */
export function listenForChanges(options: ChangeListenerOptions): () => void {
  const { databaseUrl, source, onChange, onLive } = options;
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
      // The processes of a site should not all come back at once.
      await delay(retryMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {});
      retryMs = Math.min(retryMs * 2, slowestRetryMs);
    }
  }

  /** Listens until the connection is lost, and throws why. */
  async function listenOnce(onProved: () => void): Promise<void> {
    const client = await connectClient(databaseUrl, { applicationName: "todos-live", connectLimitMs });
    const lost = new AbortController();
    client.on("error", (error) => lost.abort(error));
    client.on("end", () => lost.abort(new Error("The connection has ended")));
    signal.addEventListener("abort", () => lost.abort(signal.reason), { signal: lost.signal });
    const answered = <Answer>(answer: Promise<Answer>) => {
      const limit = setTimeout(() => lost.abort(new Error("The database does not answer")), answerLimitMs);
      return unlessAborted(answer, lost.signal).finally(() => clearTimeout(limit));
    };
    const pause = (ms: number) => unlessAborted(delay(ms, undefined, { signal: lost.signal }), lost.signal);

    const ownChannel = `live_${randomBytes(8).toString("hex")}`;
    const heard = new EventTarget();
    client.on("notification", ({ channel, payload }) => {
      if (channel === ownChannel) heard.dispatchEvent(new Event("own"));
      else if (!lost.signal.aborted) onChange(payload === source.rightsPayload);
    });
    const prove = () =>
      answered(Promise.all([once(heard, "own"), client.query("select pg_notify($1, '')", [ownChannel])]));

    try {
      signal.throwIfAborted();
      await answered(listen(client, source, ownChannel));
      let silent = await answered(silentTransactions(client, source));
      await prove();
      onProved();
      onLive(true);
      for (let lookMs = firstLookMs; ; lookMs = Math.min(lookMs * 2, slowestLookMs)) {
        await pause(silent.length > 0 ? lookMs : heartbeatMs);
        if (silent.length > 0) {
          silent = await answered(silentTransactions(client, source, silent));
          onChange(true);
        }
        await prove();
      }
    } finally {
      lost.abort();
      // By then another listener may have taken over.
      if (!signal.aborted) onLive(false);
      client.end().catch(() => {});
    }
  }

  run();
  return () => stopping.abort();
}

/** The lock tells the triggers to announce changes. */
async function listen(client: Client, { channel }: ChangeSource, ownChannel: string): Promise<void> {
  await client.query("select pg_advisory_lock_shared(hashtext($1))", [channel]);
  await client.query(`listen ${ownChannel}`);
  await client.query(`listen ${channel}`);
}

/**
 * Transactions with changes that may have found no listener, and will not announce them when they commit. Until then
 * they hold a lock on the ledger.
 * @param among those found before; null: any
 * @returns their virtual ids
 */
async function silentTransactions(
  client: Client,
  { ledger }: ChangeSource,
  among: string[] | null = null,
): Promise<string[]> {
  const { rows } = await client.query(
    `select distinct l.virtualtransaction as id
     from pg_locks l
     join pg_database d on d.oid = l.database
     where d.datname = current_database()
       and l.relation = to_regclass($2)
       and l.mode = 'RowExclusiveLock'
       and ($1::text[] is null or l.virtualtransaction = any($1::text[]))`,
    [among, ledger],
  );
  return rows.map((row) => transactionSchema.parse(row).id);
}
