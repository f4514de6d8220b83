import sql from "sql-template-tag";
import { z } from "zod";
import type { Session } from "#app/auth/session/session.server.ts";
import { database } from "#app/db/current.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { onceProfileArrived } from "#app/profiles/arrival.server.ts";
import { actorOf, unlessAssigneeLeaves } from "#app/routes/todos/changes/change.server.ts";
import type { ImportedRow } from "./file.server.ts";
import type { ImportProblems } from "./import-form.tsx";

/**
 * Adds the todos to the user's own, or none of them if an assignee is unclear.
 * @throws {DatabaseFault | LateProfile}
 */
export async function importTodos(
  session: Session,
  rows: ImportedRow[],
): Promise<{ actorLives: boolean; added: number } | ImportProblems> {
  const [result] = await onceProfileArrived(session, () =>
    unlessAssigneeLeaves(() => database().query(addTodos(session, rows))),
  );
  const unclear = result?.unclear ?? [];
  if (unclear.length > 0) {
    return {
      problems: unclear.map(
        (row) => `${rows[row]?.place}: ${rows[row]?.assignee} is the email of no user here.`,
      ),
    };
  }
  return { actorLives: result?.actorLives ?? false, added: result?.added ?? 0 };
}

/** A todo that the user has already is left out: by its number and its time, or by the key of its row. */
function addTodos(session: Session, rows: ImportedRow[]) {
  return statement(
    z.object({ actorLives: z.boolean(), unclear: z.array(z.number()), added: z.number() }),
    sql`
      with ${actorOf(session)},
      input as materialized (
        select r.*, (r.place - 1)::int as row
        from rows from (
          jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as (
            id bigint,
            task text,
            "isComplete" boolean,
            "insertedAt" timestamptz,
            "completedAt" timestamptz,
            "dueOn" date,
            assignee text,
            key uuid
          )
        ) with ordinality as r (id, task, is_complete, inserted_at, completed_at, due_on, assignee, key, place)
      ),
      named as materialized (
        select i.row, min(u.id) as id, count(u.id) as users
        from input i
        left join neon_auth.users_sync u on lower(u.email) = lower(i.assignee) and u.deleted_at is null
        where i.assignee <> ''
        group by i.row
      ),
      unclear as (
        select n.row
        from named n
        where n.users <> 1
      ),
      added as (
        insert into todos (owner_id, task, is_complete, inserted_at, completed_at, due_on, assignee_id, add_key)
        select
          actor.id,
          i.task,
          i.is_complete,
          coalesce(i.inserted_at, now()),
          case when i.is_complete then i.completed_at end,
          i.due_on,
          n.id,
          i.key
        from actor
        cross join input i
        left join named n on n.row = i.row
        where not exists (select from unclear)
          and not exists (
            select
            from todos t
            where t.id = i.id
              and t.owner_id = actor.id
              and t.inserted_at = i.inserted_at
          )
        order by i.row
        on conflict on constraint todos_add_key_once_per_owner do nothing
        returning id
      )
      select
        exists (select from actor) as "actorLives",
        array(select u.row from unclear u order by u.row) as unclear,
        coalesce((select count(*)::int from added), 0) as added
    `,
  );
}
