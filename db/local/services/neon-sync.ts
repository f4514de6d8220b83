import { setTimeout as delay } from "node:timers/promises";
import sql from "sql-template-tag";
import { z } from "zod";
import type { Database } from "#app/db/database.server.ts";
import { type Statement, statement } from "#app/db/statement.server.ts";
import { logOutage } from "#app/platform/log.server.ts";
import { markDelivered, type UserEvent, undeliveredUserEvents } from "#tests/mocks/stack/user-events.ts";

export interface NeonSync extends AsyncDisposable {
  /** Call this once a user event is stored. */
  wake(): void;
  /** Waits for the event in progress. The next start applies the rest. */
  stop(): Promise<void>;
}

interface NeonSyncOptions {
  /** Where the Stack Auth stand-in keeps its user events. */
  stack: Database;
  /** The app's database, with `neon_auth.users_sync`. */
  app: Database;
  /** How old an event is when it arrives, in milliseconds. */
  delayMs: number;
}

const firstRetryMs = 100;
const slowestRetryMs = 3_000;

/**
 * Stands in for Neon, which copies Stack Auth's users into `neon_auth.users_sync`: in order, each event at least once.
 * While a database fails, the same event is retried.
 */
export function startNeonSync({ stack, app, delayMs }: NeonSyncOptions): NeonSync {
  const stopping = new AbortController();
  const { signal } = stopping;
  // An earlier process may have left events.
  let mayHaveEvents = true;
  let notify = () => {};

  const wake = () => {
    mayHaveEvents = true;
    notify();
  };
  const pause = async (ms: number) => {
    if (ms > 0) await delay(ms, undefined, { signal }).catch(() => {});
  };

  async function deliverAll(): Promise<void> {
    for (const event of await stack.query(undeliveredUserEvents())) {
      await pause(delayMs - event.ageMs);
      if (signal.aborted) return;
      await app.query(applied(event));
      await stack.query(markDelivered(event.id));
    }
  }

  async function run(): Promise<void> {
    let retryMs = firstRetryMs;
    while (!signal.aborted) {
      if (!mayHaveEvents) {
        await new Promise<void>((resolve) => {
          notify = resolve;
        });
        continue;
      }
      mayHaveEvents = false;
      try {
        await deliverAll();
        retryMs = firstRetryMs;
      } catch (error) {
        mayHaveEvents = true;
        if (retryMs === firstRetryMs) logOutage("Syncing users (it keeps trying)", error);
        await pause(retryMs);
        retryMs = Math.min(retryMs * 2, slowestRetryMs);
      }
    }
  }

  const finished = run();
  const stop = async () => {
    stopping.abort();
    notify();
    await finished;
  };
  return { wake, stop, [Symbol.asyncDispose]: stop };
}

function applied(event: UserEvent): Statement<never> {
  return event.type === "user.deleted" ? markUserDeleted(event.data.id) : upsertUser(event.data);
}

/** A row marked as deleted stays deleted: webhooks arrive in any order, and Neon never clears the mark. */
function upsertUser(user: { id: string }): Statement<never> {
  return statement(
    z.never(),
    sql`
insert into neon_auth.users_sync (raw_json, updated_at)
values (${JSON.stringify(user)}::jsonb, now())
on conflict (id) do update
set
  raw_json = excluded.raw_json,
  updated_at = excluded.updated_at
    `,
  );
}

/** Only a soft delete: the old name and email stay in raw_json, as on Neon. */
function markUserDeleted(id: string): Statement<never> {
  return statement(
    z.never(),
    sql`
update neon_auth.users_sync
set deleted_at = now()
where id = ${id}
and deleted_at is null
    `,
  );
}
