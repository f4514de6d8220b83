import sql from "sql-template-tag";
import { z } from "zod";
import type { Session } from "#app/auth/session/session.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { actorOf, change, keptEdits, todoId, typedField, undoableFactsRow } from "./change.server.ts";

// `add` and `edit` name an assignee with these fragments, too.

/** What a statement with `named` says of it. */
export const assigneeFact = { assignees: z.number().nullable() };

/**
 * The living users with an email address, case ignored: one, or the change is refused.
 * @param assignee their email; null or "": nobody
 */
export const namedAssignee = (assignee: string | null) => sql`
  named as materialized (
    select u.id
    from neon_auth.users_sync u
    where lower(u.email) = lower(${assignee}::text)
      and u.deleted_at is null
    limit 2
  )
`;

/** Nobody was named, or one user. */
export const isAssigneeClear = (assignee: string | null) => sql`
  (coalesce(${assignee}::text, '') = '' or (select count(*) from named) = 1)
`;

export const assigneesFound = (assignee: string | null) => sql`
  case when coalesce(${assignee}::text, '') <> '' then (select count(*)::int from named) end as assignees
`;

const fields = z.object({ id: todoId, assignee: typedField("assignee") });

/** Everyone may assign every todo, to anyone. The same assignee again succeeds and changes nothing. */
export const assign = change({
  intent: "assign",
  fields,
  statement: assignTodo,
  done: () => "The assignee was changed.",
});

export function assignTodo(session: Session, { id, assignee }: z.infer<typeof fields>, batch: string) {
  return statement(
    undoableFactsRow.extend(assigneeFact),
    sql`
      with ${actorOf(session)},
      ${namedAssignee(assignee)},
      target as (
        select t.id, t.assignee_id, to_jsonb(t) as was
        from todos t
        left join neon_auth.users_sync u on u.id = t.owner_id
        where t.id = ${id}::bigint
          and u.deleted_at is null
        for update of t
      ),
      edited as (
        update todos t
        set assignee_id = (select min(named.id) from named)
        from actor, target
        where t.id = target.id
          and ${isAssigneeClear(assignee)}
          and target.assignee_id is distinct from (select min(named.id) from named)
        returning t.id, t.owner_id, target.was, to_jsonb(t) as became
      ),
      ${keptEdits(batch)}
      select
        exists (select from actor) as "actorLives",
        exists (select from target) as "isThere",
        true as "isAllowed",
        exists (select from target) and ${isAssigneeClear(assignee)} as "isDone",
        ${assigneesFound(assignee)},
        coalesce((select count(*)::int from kept), 0) as undoable
    `,
  );
}
