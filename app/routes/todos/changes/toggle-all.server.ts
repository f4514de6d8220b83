import sql from "sql-template-tag";
import { z } from "zod";
import type { Session } from "#app/auth/session/session.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { todosPerPage } from "../list/cursor.ts";
import { actorOf, change, complete, todoId, todosWere, undoableFactsRow } from "./change.server.ts";

const fields = z.object({
  id: z
    .array(todoId)
    .min(1, "No todos were named.")
    .max(todosPerPage, `You can tick up to ${todosPerPage} todos at once.`),
  complete,
});

/** Todos that are gone are left out. */
export const toggleAll = change({
  intent: "toggle-all",
  fields,
  repeated: "id",
  statement: toggleTodos,
  done: (count) => `${todosWere(count)} changed.`,
});

/** Locks the rows in one order: two of these at once must not deadlock. */
export function toggleTodos(session: Session, { id: ids, complete }: z.infer<typeof fields>, batch: string) {
  return statement(
    undoableFactsRow,
    sql`
      with ${actorOf(session)},
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
