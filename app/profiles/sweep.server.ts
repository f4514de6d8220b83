import sql from "sql-template-tag";
import { z } from "zod";
import { database } from "#app/db/current.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { logOutage } from "#app/http/unavailable.server.ts";

/** A small bite: nobody who ticks a todo meanwhile should notice. */
const batchSize = 5_000;
const pauseMs = 60_000;
let nextAt = Date.now() + pauseMs;

/**
 * Sweeps in the background, at most once a minute. To be called when the app is used, so that an idle one lets
 * its database sleep.
 */
export function sweepNowAndThen(): void {
  if (Date.now() < nextAt) return;
  nextAt = Date.now() + pauseMs;
  sweepDeletedProfiles().catch((error) => logOutage("Sweeping todos of deleted profiles", error));
}

/**
 * Removes the todos that the trigger on users_sync could not: it gives up on locked rows and long lists, and not
 * every role may create it. Until then reads hide them.
 * @throws {DatabaseFault}
 */
export async function sweepDeletedProfiles(): Promise<void> {
  let removed: number;
  do {
    const [batch] = await database().query(removeTodosOfDeletedProfiles());
    removed = batch?.removed ?? 0;
  } while (removed === batchSize);
}

function removeTodosOfDeletedProfiles() {
  return statement(
    z.object({ removed: z.number() }),
    sql`
      with leftover as (
        select t.id
        from neon_auth.users_sync u
        join todos t on t.owner_id = u.id
        where u.deleted_at is not null
        limit ${batchSize}::int
        for update of t skip locked
      ),
      removed as (
        delete from todos t
        using leftover
        where t.id = leftover.id
        returning t.id
      )
      select count(*)::int as removed from removed
    `,
  );
}
