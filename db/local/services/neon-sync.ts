import { setTimeout as delay } from "node:timers/promises";
import sql from "sql-template-tag";
import { z } from "zod";
import type { Database } from "#app/db/database.server.ts";
import { type Statement, statement } from "#app/db/statement.server.ts";
import { logOutage } from "#app/platform/log.server.ts";
import { markDelivered, type UserEvent, undeliveredUserEvents } from "#tests/mocks/stack/user-events.ts";

export interface NeonSync extends AsyncDisposable {
  /** To be called once a user event is stored. */
  wake(): void;
  /** Resolves when nothing is under way any more. Events that are left are applied at the next start. */
  stop(): Promise<void>;
}

export interface NeonSyncOptions {
  /** Where the stand-in for Stack Auth keeps its user events. */
  stack: Database;
  /** The app's database, with `neon_auth.users_sync`. */
  app: Database;
  /** How old an event is when it arrives, in milliseconds. */
  delayMs: number;
}

const firstRetryMs = 100;
const slowestRetryMs = 3_000;

/**
 * Stands in for Neon, which copies Stack Auth's users into `neon_auth.users_sync`: one event at a time, in
 * their order, each at least once. While a database refuses, it is tried again: no event is passed over.
 */
export function startNeonSync({ stack, app, delayMs }: NeonSyncOptions): NeonSync {
  const stopping = new AbortController();
  const { signal } = stopping;
  // True at first: an earlier process may have left events.
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
        if (retryMs === firstRetryMs) logOutage("The sync of users, which goes on trying", error);
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

/** What Neon does to `neon_auth.users_sync` for one event. */
function applied(event: UserEvent): Statement<never> {
  return event.type === "user.deleted" ? markUserDeleted(event.data.id) : upsertUser(event.data);
}

/** A row that is marked as deleted stays so: webhooks come in any order, and Neon never takes a mark back. */
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

/** A soft delete, and nothing else: the old name and e-mail stay in raw_json, as on Neon. */
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
