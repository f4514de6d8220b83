import sql from "sql-template-tag";
import { z } from "zod";
import type { Session } from "#app/auth/session/session.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { actorOf, change, factsRow, todoId, typedField } from "./change.server.ts";

const fields = z.object({ id: todoId, task: typedField("task") });

/** Owners edit their own todos, admins any. The same task again succeeds and changes nothing, even in a race. */
export const edit = change({ intent: "edit", fields, statement: editTodo });

function editTodo(session: Session, { id, task }: z.infer<typeof fields>) {
  return statement(
    factsRow,
    sql`
      with ${actorOf(session)},
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
