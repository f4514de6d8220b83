import sql from "sql-template-tag";
import { z } from "zod";
import type { Session } from "#app/auth/session/session.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { actorOf, change, todoId, typedField, undoableFactsRow } from "./change.server.ts";

const fields = z.object({
  id: todoId,
  task: typedField("task"),
  /** The task as the edit began; without it the edit replaces any text. */
  was: z.string().transform(withoutLineBreaks).optional(),
});

/**
 * Owners edit their own todos, admins any. The same task again succeeds and changes nothing, even in a race. Text that
 * replaced `was` meanwhile stays, and the user is shown both.
 */
export const edit = change({
  intent: "edit",
  fields,
  statement: editTodo,
  outdated: "This todo was changed while you were editing. Save to use your text, or cancel to keep theirs.",
  done: () => "The todo was edited.",
});

export function editTodo(session: Session, { id, task, was }: z.infer<typeof fields>, batch: string) {
  return statement(
    undoableFactsRow.extend({ theirs: z.string().nullable() }),
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
        select
          target.id,
          target.task,
          ${was ?? null}::text is null
            or translate(target.task, chr(13) || chr(10), '') = ${was ?? null}::text as is_current
        from actor, target
        where target.owner_id = actor.id
          or actor.is_admin
      ),
      edited as (
        update todos t
        set task = ${task}::text
        from permitted
        where t.id = permitted.id
          and permitted.is_current
          and t.task <> ${task}::text
        returning t.id, t.owner_id, permitted.task as was
      ),
      kept as (
        insert into undoable_todos (batch, todo_id, actor_id, owner_id, kind, was, became)
        select
          ${batch}::uuid,
          edited.id,
          actor.id,
          edited.owner_id,
          'edited',
          jsonb_build_object('task', edited.was),
          jsonb_build_object('task', ${task}::text)
        from actor, edited
        returning todo_id
      )
      select
        exists (select from actor) as "actorLives",
        exists (select from target) as "isThere",
        exists (select from permitted) as "isAllowed",
        exists (select from edited)
          or exists (select from permitted where task = ${task}::text) as "isDone",
        coalesce((select count(*)::int from kept), 0) as undoable,
        (select permitted.task from permitted where not permitted.is_current) as theirs
    `,
  );
}

/** Forms send them in another way than they were stored. NUL is in no text. */
function withoutLineBreaks(text: string): string {
  return text.replace(/[\r\n\0]/g, "");
}
