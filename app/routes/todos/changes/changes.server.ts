import sql from "sql-template-tag";
import { z } from "zod";
import type { Session } from "#app/auth/session/session.server.ts";
import { type Statement, statement } from "#app/db/statement.server.ts";

/**
 * What a change says of itself. Each change is one statement that holds the actor, his permission and the
 * work, and answers with these four facts; `outcomeOf` is the one place where they become an answer.
 *
 * They begin alike, and each says it in full: a statement can be read from top to bottom, and SafeQL checks whole
 * statements only (docs/decisions/0006-sql-checked-against-the-schema.md).
 * - `actor` is empty when his account was deleted: his profile is marked as deleted, or its row is gone although
 *   this session has seen it. A new user's row may not be there yet.
 * - `target` is a todo that the list would show: those of a deleted profile are not there for anybody.
 */
export const factsRow = z.object({
  actorLives: z.boolean(),
  isThere: z.boolean(),
  isAllowed: z.boolean(),
  isDone: z.boolean(),
});
type Facts = z.infer<typeof factsRow>;

/** What a change says that can be undone: how many todos it has taken away or altered, and can bring back. */
export const undoableFactsRow = factsRow.extend({ undoable: z.number() });

export type Change = Statement<Facts & { undoable?: number }>;
export type Outcome = "done" | "not there" | "not allowed" | "signed out";

/** Turns the facts of a change into its outcome. Allowed but not done: somebody deleted it meanwhile. */
export function outcomeOf([facts]: Facts[]): Outcome {
  if (!facts?.actorLives) return "signed out";
  if (facts.isDone) return "done";
  return facts.isThere && !facts.isAllowed ? "not allowed" : "not there";
}

/** Adds a todo. The same key again adds nothing, and is done. */
export function addTodo(
  { userId, profileSeen }: Session,
  { task, key }: { task: string; key: string | null },
): Change {
  return statement(
    factsRow,
    sql`
      with actor as (
        select ${userId}::text as id
        from neon_auth.users_sync u
        where u.id = ${userId}::text
        having coalesce(bool_and(u.deleted_at is null), not ${profileSeen}::boolean)
      ),
      added as (
        insert into todos (owner_id, task, add_key)
        select actor.id, ${task}::text, ${key}::uuid
        from actor
        on conflict on constraint todos_add_key_once_per_owner do nothing
      )
      select
        exists (select from actor) as "actorLives",
        true as "isThere",
        true as "isAllowed",
        true as "isDone"
    `,
    { isRepeatable: key !== null },
  );
}

/**
 * Ticks or unticks a todo, whoever owns it: the list is shared. The same state again changes nothing; two who ask for it
 * at once wait for each other, and to the second it is done, too.
 */
export function toggleTodo(
  { userId, profileSeen }: Session,
  { id, complete }: { id: string; complete: boolean },
): Change {
  return statement(
    factsRow,
    sql`
      with actor as (
        select ${userId}::text as id
        from neon_auth.users_sync u
        where u.id = ${userId}::text
        having coalesce(bool_and(u.deleted_at is null), not ${profileSeen}::boolean)
      ),
      target as (
        select t.id, t.is_complete
        from todos t
        left join neon_auth.users_sync u on u.id = t.owner_id
        where t.id = ${id}::bigint
          and u.deleted_at is null
        for update of t
      ),
      toggled as (
        update todos t
        set is_complete = ${complete}::boolean,
          completed_at = case when ${complete}::boolean then now() end
        from actor, target
        where t.id = target.id
          and t.is_complete <> ${complete}::boolean
        returning t.id
      )
      select
        exists (select from actor) as "actorLives",
        exists (select from target) as "isThere",
        true as "isAllowed",
        exists (select from toggled)
          or exists (select from target where is_complete = ${complete}::boolean) as "isDone"
    `,
  );
}

/**
 * Gives a todo of the actor's own another task, or anybody's for an admin. The same task changes nothing, also when it
 * is sent twice at once.
 */
export function editTodo(
  { userId, profileSeen }: Session,
  { id, task }: { id: string; task: string },
): Change {
  return statement(
    factsRow,
    sql`
      with actor as (
        select
          ${userId}::text as id,
          coalesce(bool_or(u.raw_json -> 'server_metadata' ->> 'role' = 'admin'), false) as is_admin
        from neon_auth.users_sync u
        where u.id = ${userId}::text
        having coalesce(bool_and(u.deleted_at is null), not ${profileSeen}::boolean)
      ),
      target as (
        select t.id, t.owner_id, t.task
        from todos t
        left join neon_auth.users_sync u on u.id = t.owner_id
        where t.id = ${id}::bigint
          and u.deleted_at is null
        for update of t
      ),
      permitted as (
        select target.id, target.task
        from actor, target
        where target.owner_id = actor.id
          or actor.is_admin
      ),
      edited as (
        update todos t
        set task = ${task}::text
        from permitted
        where t.id = permitted.id
          and t.task <> ${task}::text
        returning t.id
      )
      select
        exists (select from actor) as "actorLives",
        exists (select from target) as "isThere",
        exists (select from permitted) as "isAllowed",
        exists (select from edited)
          or exists (select from permitted where task = ${task}::text) as "isDone"
    `,
  );
}
