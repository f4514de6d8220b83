import sql from "sql-template-tag";
import { z } from "zod";
import { database } from "#app/db/current.server.ts";
import { type Statement, statement } from "#app/db/statement.server.ts";
import { logOutage } from "#app/platform/log.server.ts";

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
  sweep().catch((error) => logOutage("Sweeping", error));
}

/**
 * Does all that is left for later.
 * @throws {DatabaseFault}
 */
export async function sweep(): Promise<void> {
  await sweepDeletedProfiles();
  await sweepUndoableTodos();
  await inBatches(removePastLimits());
  await foldTodoChanges();
}

/** Folds the ledger of changes into the counters, so that pages have little of it to read. */
async function foldTodoChanges(): Promise<void> {
  await database().query(
    statement(z.object({ isFolded: z.boolean() }), sql`select true as "isFolded" from fold_todo_changes()`),
  );
}

/**
 * Removes what nobody can bring back any more: after ten minutes, or because its owner is deleted and no trigger could
 * do it.
 * @throws {DatabaseFault}
 */
export function sweepUndoableTodos(): Promise<void> {
  return inBatches(removePastUndoableTodos());
}

function removePastUndoableTodos() {
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

/** What is counted anew at the next try. */
function removePastLimits() {
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
 * Removes the todos that the trigger on users_sync could not: it gives up on locked rows and long lists, and not
 * every role may create it. Until then reads hide them.
 * @throws {DatabaseFault}
 */
export function sweepDeletedProfiles(): Promise<void> {
  return inBatches(removeTodosOfDeletedProfiles());
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

/** Repeats a statement that removes a batch, until there is no full one left. */
async function inBatches(removal: Statement<{ removed: number }>): Promise<void> {
  let removed: number;
  do {
    const [batch] = await database().query(removal);
    removed = batch?.removed ?? 0;
  } while (removed === batchSize);
}
