import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { connectClient } from "#app/db/database.server.ts";
import { logOutage } from "#app/platform/log.server.ts";
import { unlessAborted } from "#app/platform/unless-aborted.ts";
import {
  askForAnnouncements,
  type ChangeSource,
  declineAnnouncements,
  silentTransactions,
  versionOf,
} from "./change-source.server.ts";

interface ChangeListenerOptions {
  /** On Postgres's direct host: LISTEN needs a session of its own. */
  databaseUrl: string;
  source: ChangeSource;
  /** After each transaction with a change, or after several, and never before the change can be read. */
  onChange(concernsRights: boolean): void;
  /**
   * `true` as soon as it is proved that notifications arrive: changes before that may have been missed. `false` as soon
   * as one may be missed.
   */
  onLive(isLive: boolean): void;
  /** Tests hold answers longer. */
  answerLimitMs?: number;
}

/** With the limit below, a connection that went silent is replaced within 7 s. */
const heartbeatMs = 4_000;
const longestAnswerMs = 3_000;
/** The pause before the next look for silent transactions. */
const firstLookMs = 50;
const slowestLookMs = 1_000;
/** Changes as close as this are a burst: open pages take them together anyway. */
const burstMs = 40;
/** How often the version is read during a burst. */
const versionMs = 40;
/** The burst is over when the version has stood still for so many readings. */
const stillReadings = 5;
const connectLimitMs = 5_000;
const firstRetryMs = 100;
const slowestRetryMs = 4_000;

/**
 * Waits for announcements while changes are rare. With NOTIFY transactions commit one at a time, so during a burst it
 * declines them and reads the version.
 *
 * A notification to itself, at the start and every few seconds, proves that it hears: neither a connection whose other
 * end is gone nor a pooler that does not carry LISTEN would say so. A lost connection is replaced.
 * @returns stops it, after which it calls nothing back
 */
export function listenForChanges(options: ChangeListenerOptions): () => void {
  const { databaseUrl, source, onChange, onLive, answerLimitMs = longestAnswerMs } = options;
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
    const pause = (ms: number, end = lost.signal) =>
      unlessAborted(delay(ms, undefined, { signal: end }), lost.signal).catch(() =>
        lost.signal.throwIfAborted(),
      );

    const ownChannel = `live_${randomBytes(8).toString("hex")}`;
    const heard = new EventTarget();
    let quiet = new AbortController();
    let announcedAt = Number.NEGATIVE_INFINITY;
    client.on("notification", ({ channel, payload }) => {
      if (channel === ownChannel) heard.dispatchEvent(new Event("own"));
      else if (!lost.signal.aborted) announced(payload === source.rightsPayload);
    });
    const announced = (concernsRights: boolean) => {
      if (!concernsRights) {
        const now = performance.now();
        if (now - announcedAt < burstMs) quiet.abort();
        announcedAt = now;
      }
      onChange(concernsRights);
    };
    const prove = () =>
      answered(Promise.all([once(heard, "own"), client.query("select pg_notify($1, '')", [ownChannel])]));

    /** @param silent transactions that may not announce their changes */
    async function waitForBurst(silent: string[]): Promise<void> {
      quiet = new AbortController();
      for (let lookMs = firstLookMs; ; lookMs = Math.min(lookMs * 2, slowestLookMs)) {
        await pause(silent.length > 0 ? lookMs : heartbeatMs, quiet.signal);
        if (quiet.signal.aborted) return;
        if (silent.length > 0) {
          silent = await answered(silentTransactions(client, source, silent));
          onChange(true);
        }
        await prove();
      }
    }

    /** @returns transactions that may not announce their changes */
    async function followVersion(): Promise<string[]> {
      let known: string | undefined;
      const read = async () => {
        const version = await answered(versionOf(client, source));
        if (version === known) return false;
        known = version;
        onChange(false);
        return true;
      };
      await answered(declineAnnouncements(client, source));
      for (let still = 0; still < stillReadings; await pause(versionMs))
        still = (await read()) ? 0 : still + 1;
      await answered(askForAnnouncements(client, source));
      const silent = await answered(silentTransactions(client, source));
      // What was committed since the last reading may not have been announced either.
      await read();
      return silent;
    }

    try {
      signal.throwIfAborted();
      await answered(client.query(`listen ${ownChannel}; listen ${source.channel}`));
      await answered(askForAnnouncements(client, source));
      let silent = await answered(silentTransactions(client, source));
      await prove();
      onProved();
      onLive(true);
      for (;;) {
        await waitForBurst(silent);
        silent = await followVersion();
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
