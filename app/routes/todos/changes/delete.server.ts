import sql from "sql-template-tag";
import { z } from "zod";
import type { Session } from "#app/auth/session/session.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { actorOf, change, todoId, undoableFactsRow } from "./change.server.ts";

/** Owners delete their own todos, admins any. A deleted ghost cannot return: only a living owner gets a todo back. */
export const deletion = change({
  intent: "delete",
  fields: z.object({ id: todoId }),
  statement: deleteTodo,
  done: () => "The todo was deleted.",
});

export function deleteTodo(session: Session, { id }: { id: string }, batch: string) {
  return statement(
    undoableFactsRow,
    sql`
      with ${actorOf(session)},
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
