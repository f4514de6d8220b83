import sql from "sql-template-tag";
import { z } from "zod";
import type { Session } from "#app/auth/session/session.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { assigneeFact, assigneesFound, isAssigneeClear, namedAssignee } from "./assign.server.ts";
import { actorOf, change, keptEdits, todoId, typedField, undoableFactsRow } from "./change.server.ts";

const fields = z.object({
  id: todoId,
  task: typedField("task"),
  /** "": no day; left out, or the same as when the edit began: the day stays. */
  due_on: typedField("due_on").optional(),
  was_due_on: z.string().optional(),
  /** An email address; otherwise as above. */
  assignee: typedField("assignee").optional(),
  was_assignee: z.string().optional(),
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

export function editTodo(session: Session, input: z.infer<typeof fields>, batch: string) {
  const { id, task, was, due_on: dueOn } = input;
  const setsDay = dueOn !== undefined && dueOn !== input.was_due_on;
  const setsAssignee = input.assignee !== undefined && input.assignee !== input.was_assignee;
  const assignee = setsAssignee ? (input.assignee ?? null) : null;
  return statement(
    undoableFactsRow.extend({ theirs: z.string().nullable(), ...assigneeFact }),
    sql`
      with ${actorOf(session)},
      ${namedAssignee(assignee)},
      target as (
        select t.id, t.owner_id, t.task, t.due_on, t.assignee_id, to_jsonb(t) as was
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
          target.was,
          case when ${setsDay}::boolean then nullif(${dueOn ?? null}::text, '')::date else target.due_on end as due_on,
          case when ${setsAssignee}::boolean then (select min(named.id) from named) else target.assignee_id end
            as assignee_id,
          ${was ?? null}::text is null
            or translate(target.task, chr(13) || chr(10), '') = ${was ?? null}::text
            or target.task = ${task}::text as is_current
        from actor, target
        where target.owner_id = actor.id
          or actor.is_admin
      ),
      edited as (
        update todos t
        set task = ${task}::text,
          due_on = p.due_on,
          assignee_id = p.assignee_id
        from permitted p
        join target on target.id = p.id
        where t.id = p.id
          and p.is_current
          and ${isAssigneeClear(assignee)}
          and (target.task, target.due_on, target.assignee_id) is distinct from (${task}::text, p.due_on, p.assignee_id)
        returning t.id, t.owner_id, p.was, to_jsonb(t) as became
      ),
      ${keptEdits(batch)}
      select
        exists (select from actor) as "actorLives",
        exists (select from target) as "isThere",
        exists (select from permitted) as "isAllowed",
        exists (select from permitted where is_current) and ${isAssigneeClear(assignee)} as "isDone",
        ${assigneesFound(assignee)},
        coalesce((select count(*)::int from kept), 0) as undoable,
        (select permitted.task from permitted where not permitted.is_current) as theirs
    `,
  );
}

/** Forms send them in another way than they were stored. NUL is in no text. */
function withoutLineBreaks(text: string): string {
  return text.replace(/[\r\n\0]/g, "");
}
