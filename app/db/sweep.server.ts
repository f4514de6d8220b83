import sql from "sql-template-tag";
import { z } from "zod";
import { database } from "#app/db/current.server.ts";
import { type Statement, statement } from "#app/db/statement.server.ts";
import { logOutage } from "#app/platform/log.server.ts";

/** Small enough not to delay users who tick a todo meanwhile. */
const batchSize = 5_000;
const pauseMs = 60_000;
let nextAt = Date.now() + pauseMs;

/** To be called when the app is used: the database of an idle app can sleep. */
export function sweepNowAndThen(): void {
  if (Date.now() < nextAt) return;
  nextAt = Date.now() + pauseMs;
  sweep().catch((error) => logOutage("Sweeping", error));
}

/** Cleans up what requests leave for later. @throws {DatabaseFault} */
export async function sweep(): Promise<void> {
  await database().query(sweepUsersSync());
  for (const removal of [todosOfDeletedProfiles(), pastUndoableTodos(), pastLimits()])
    await inBatches(removal);
  await database().query(foldTodoChanges());
}

/** Where triggers keep users_sync: what they left, because a lock or a time limit was in their way. */
function sweepUsersSync() {
  return statement(z.object({ users: z.number() }), sql`select coalesce(sweep_users_sync(), 0) as users`);
}

/** Folds the ledger of changes into the counters, so that pages read little of it. */
function foldTodoChanges() {
  return statement(
    z.object({ isFolded: z.boolean() }),
    sql`select true as "isFolded" from fold_todo_changes()`,
  );
}

/** What can no longer be restored: after ten minutes, or if its owner was deleted and no trigger could remove it. */
function pastUndoableTodos() {
  return statement(
    z.object({ removed: z.number() }),
    sql`
      with past as (
        select c.batch, c.todo_id
        from undoable_todos c
        left join neon_auth.users_sync u on u.id = c.owner_id
        where c.changed_at <= now() - interval '10 minutes'
          or u.deleted_at is not null
          or (u.id is null and c.kind = 'removed')
        limit ${batchSize}::int
        for update of c skip locked
      ),
      removed as (
        delete from undoable_todos c
        using past
        where c.batch = past.batch
          and c.todo_id = past.todo_id
        returning c.todo_id
      )
      select count(*)::int as removed from removed
    `,
  );
}

function pastLimits() {
  return statement(
    z.object({ removed: z.number() }),
    sql`
      with past as (
        select l.key
        from request_limits l
        where l.expires_at <= now()
        limit ${batchSize}::int
        for update of l skip locked
      ),
      removed as (
        delete from request_limits l
        using past
        where l.key = past.key
        returning l.key
      )
      select count(*)::int as removed from removed
    `,
  );
}

/**
 * What the trigger on users_sync could not remove: it gives up on locked rows and long lists, and not every role may create
 * it. Until then reads hide these todos.
 */
function todosOfDeletedProfiles() {
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

async function inBatches(removal: Statement<{ removed: number }>): Promise<void> {
  let removed: number;
  do {
    const [batch] = await database().query(removal);
    removed = batch?.removed ?? 0;
  } while (removed === batchSize);
}
