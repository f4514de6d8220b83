import sql from "sql-template-tag";
import { z } from "zod";
import type { Session } from "#app/auth/session/session.server.ts";
import { DatabaseFault } from "#app/db/faults.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { actorOf, change, type Facts, factsRow, todoId } from "./change.server.ts";

const fields = z
  .object({ id: todoId.optional(), batch: z.uuid("That is not the name of a change.").optional() })
  .refine(({ id, batch }) => (id === undefined) !== (batch === undefined), {
    error: "Name what to undo: either one todo or one change.",
  });

/**
 * Undoes the actor's own change of the last ten minutes, once: a whole batch, or the latest removal or edit of one todo.
 * If the actor may no longer change one of its todos, none changes. Todos of deleted owners do not return. A todo that
 * was edited again keeps the newer text.
 */
export const restore = change({
  intent: "restore",
  fields,
  statement: restoreTodos,
  run: unlessOwnerIsGone,
  notThere: "This can no longer be undone.",
  outdated: "This todo was edited again since, and keeps the newer text.",
  undoable: null,
});

/** The owner of a returning todo may be deleted at the same moment. */
async function unlessOwnerIsGone(_: Session, query: () => Promise<Facts[]>): Promise<Facts[]> {
  return query().catch((error) => {
    if (!(error instanceof DatabaseFault) || error.constraint !== "todos_owner_id_fk") throw error;
    return [{ actorLives: true, isThere: false, isAllowed: false, isDone: false }];
  });
}

/** An assignee whose profile is gone meanwhile, or marked as deleted, is left out. */
const livingAssignee = sql`
  case
    when taken.was ? 'assignee_id' then jsonb_build_object(
      'assignee_id',
      (select a.id from neon_auth.users_sync a where a.id = taken.was ->> 'assignee_id' and a.deleted_at is null)
    )
    else '{}'
  end
`;

export function restoreTodos(session: Session, named: z.infer<typeof fields>) {
  const { id = null, batch = null } = named;
  return statement(
    factsRow.extend({ theirs: z.string().nullable() }),
    sql`
      with ${actorOf(session)},
      latest as (
        select c.batch
        from undoable_todos c
        where c.actor_id = ${session.userId}::text
          and (c.batch = ${batch}::uuid or (c.todo_id = ${id}::bigint and c.kind <> 'ticked'))
        order by c.changed_at desc
        limit 1
      ),
      target as (
        select
          c.batch,
          c.todo_id,
          c.kind,
          c.became,
          c.kind = 'ticked'
            or coalesce(c.became - 'assignee_id' = '{}', false)
            or c.owner_id = actor.id
            or actor.is_admin as is_permitted
        from actor
        join undoable_todos c on c.actor_id = actor.id
        join latest on latest.batch = c.batch
        left join neon_auth.users_sync u on u.id = c.owner_id
        where (${id}::bigint is null or c.todo_id = ${id}::bigint)
          and c.changed_at > now() - interval '10 minutes'
          and u.deleted_at is null
          and (u.id is not null or c.kind <> 'removed')
        for update of c
      ),
      to_edit as (
        select t.id, t.task, to_jsonb(t) @> target.became as is_current
        from target
        join todos t on t.id = target.todo_id
        where target.kind = 'edited'
          and target.is_permitted
        for update of t
      ),
      taken as (
        delete from undoable_todos c
        using target
        where c.batch = target.batch
          and c.todo_id = target.todo_id
          and not exists (select from target where not is_permitted)
          and (target.kind <> 'edited' or exists (select from to_edit where is_current))
        returning c.todo_id, c.kind, c.was
      ),
      returned as (
        insert into todos
        select t.*
        from taken
        cross join jsonb_populate_record(null::todos, taken.was || ${livingAssignee}) as t
        where taken.kind = 'removed'
        on conflict do nothing
        returning id
      ),
      ticked as (
        update todos t
        set is_complete = (taken.was ->> 'is_complete')::boolean,
          completed_at = (taken.was ->> 'completed_at')::timestamptz
        from taken
        where t.id = taken.todo_id
          and taken.kind = 'ticked'
          and t.is_complete <> (taken.was ->> 'is_complete')::boolean
        returning t.id
      ),
      edited as (
        update todos t
        set (task, due_on, assignee_id) = (
            select w.task, w.due_on, w.assignee_id
            from jsonb_populate_record(t, taken.was || ${livingAssignee}) w
          )
        from taken
        where t.id = taken.todo_id
          and taken.kind = 'edited'
        returning t.id
      )
      select
        exists (select from actor) as "actorLives",
        true as "isThere",
        true as "isAllowed",
        exists (select from returned)
          or exists (select from edited)
          or exists (
            select
            from taken
            join todos t on t.id = taken.todo_id
            where taken.kind = 'ticked'
          ) as "isDone",
        (select to_edit.task from to_edit where not to_edit.is_current) as theirs
    `,
  );
}
