import sql from "sql-template-tag";
import type { Session } from "#app/auth/session/session.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { clearedAtOnce } from "./answer.ts";
import { undoableFactsRow } from "./changes.server.ts";

// Each of these keeps in undoable_todos what it takes away or alters, under the batch that undoes it. Of a ghost,
// whose owner has no profile, nothing is kept that could be brought back: a todo returns to a living owner only.

/** Deletes a todo of the actor's own, or anybody's for an admin. */
export function deleteTodo({ userId, profileSeen }: Session, { id, batch }: { id: string; batch: string }) {
  return statement(
    undoableFactsRow,
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
        select t.id, t.owner_id, u.id is null as is_ghost
        from todos t
        left join neon_auth.users_sync u on u.id = t.owner_id
        where t.id = ${id}::bigint
          and u.deleted_at is null
      ),
      permitted as (
        select target.id, target.is_ghost
        from actor, target
        where target.owner_id = actor.id
          or actor.is_admin
      ),
      deleted as (
        delete from todos t
        using permitted
        where t.id = permitted.id
        returning t.id, t.owner_id, permitted.is_ghost, to_jsonb(t) as was
      ),
      kept as (
        insert into undoable_todos (batch, todo_id, actor_id, owner_id, kind, was)
        select ${batch}::uuid, deleted.id, actor.id, deleted.owner_id, 'removed', deleted.was
        from actor, deleted
        where not deleted.is_ghost
        returning todo_id
      )
      select
        exists (select from actor) as "actorLives",
        exists (select from target) as "isThere",
        exists (select from permitted) as "isAllowed",
        exists (select from deleted) as "isDone",
        coalesce((select count(*)::int from kept), 0) as undoable
    `,
  );
}

/**
 * Ticks or unticks several todos, whoever owns them; those that are gone are left out. They are locked in one order,
 * so that two who do it at once wait for each other and no more, and what is kept is what was there.
 */
export function toggleTodos(
  { userId, profileSeen }: Session,
  { ids, complete, batch }: { ids: string[]; complete: boolean; batch: string },
) {
  return statement(
    undoableFactsRow,
    sql`
      with actor as (
        select ${userId}::text as id
        from neon_auth.users_sync u
        where u.id = ${userId}::text
        having coalesce(bool_and(u.deleted_at is null), not ${profileSeen}::boolean)
      ),
      target as (
        select t.id, t.owner_id, t.is_complete, t.completed_at
        from todos t
        left join neon_auth.users_sync u on u.id = t.owner_id
        where t.id = any(${ids}::bigint[])
          and u.deleted_at is null
        order by t.id
        for update of t
      ),
      toggled as (
        update todos t
        set is_complete = ${complete}::boolean,
          completed_at = case when ${complete}::boolean then now() end
        from actor, target
        where t.id = target.id
          and target.is_complete <> ${complete}::boolean
        returning t.id
      ),
      kept as (
        insert into undoable_todos (batch, todo_id, actor_id, owner_id, kind, was)
        select
          ${batch}::uuid,
          target.id,
          actor.id,
          target.owner_id,
          'ticked',
          jsonb_build_object('is_complete', target.is_complete, 'completed_at', target.completed_at)
        from actor, target
        join toggled on toggled.id = target.id
        returning todo_id
      )
      select
        exists (select from actor) as "actorLives",
        exists (select from target) as "isThere",
        true as "isAllowed",
        exists (select from target) as "isDone",
        coalesce((select count(*)::int from kept), 0) as undoable
    `,
  );
}

/**
 * Deletes the actor's own completed todos, or everybody's for an admin, the newest 1,000 of them: whoever
 * has more does it again. Those that somebody is changing in the moment stay, and so do ghosts.
 *
 * They are deleted by an array of ids: of 50,000 todos Postgres reads all to join them with 1,000.
 */
export function clearCompleted(
  { userId, profileSeen }: Session,
  { isEveryones, batch }: { isEveryones: boolean; batch: string },
) {
  return statement(
    undoableFactsRow,
    sql`
      with actor as (
        select
          ${userId}::text as id,
          coalesce(bool_or(u.raw_json -> 'server_metadata' ->> 'role' = 'admin'), false) as is_admin
        from neon_auth.users_sync u
        where u.id = ${userId}::text
        having coalesce(bool_and(u.deleted_at is null), not ${profileSeen}::boolean)
      ),
      permitted as (
        select actor.id
        from actor
        where actor.is_admin
          or not ${isEveryones}::boolean
      ),
      target as (
        select t.id
        from todos t
        join neon_auth.users_sync u on u.id = t.owner_id
        where t.is_complete
          and u.deleted_at is null
          and (${isEveryones}::boolean or t.owner_id = ${userId}::text)
          and exists (select from permitted)
        order by t.inserted_at desc, t.id desc
        limit ${clearedAtOnce}::int
        for update of t skip locked
      ),
      deleted as (
        delete from todos t
        where t.id = any(array(select target.id from target))
        returning t.id, t.owner_id, to_jsonb(t) as was
      ),
      kept as (
        insert into undoable_todos (batch, todo_id, actor_id, owner_id, kind, was)
        select ${batch}::uuid, deleted.id, permitted.id, deleted.owner_id, 'removed', deleted.was
        from permitted, deleted
        returning todo_id
      )
      select
        exists (select from actor) as "actorLives",
        true as "isThere",
        exists (select from permitted) as "isAllowed",
        exists (select from permitted) as "isDone",
        coalesce((select count(*)::int from kept), 0) as undoable
    `,
  );
}
