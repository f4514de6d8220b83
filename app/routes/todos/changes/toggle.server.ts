import sql from "sql-template-tag";
import { z } from "zod";
import type { Session } from "#app/auth/session/session.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { actorOf, change, complete, factsRow, todoId } from "./change.server.ts";

const fields = z.object({ id: todoId, complete });

/** Everyone may tick every todo. The same state again succeeds and changes nothing, even in a race. */
export const toggle = change({ intent: "toggle", fields, statement: toggleTodo });

function toggleTodo(session: Session, { id, complete }: z.infer<typeof fields>) {
  return statement(
    factsRow,
    sql`
      with ${actorOf(session)},
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
          and target.is_complete <> ${complete}::boolean
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
