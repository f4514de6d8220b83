import sql from "sql-template-tag";
import { z } from "zod";
import type { Session } from "#app/auth/session/session.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { actorOf, change, todosWere, undoableFactsRow } from "./change.server.ts";

/**
 * Clearing 1,000 of a million took 15 to 100 ms, and 70,000 took 1.6 s: a million would exceed the statement timeout,
 * and until then block everyone who ticks one of them.
 */
const clearedAtOnce = 1_000;

const fields = z.object({
  scope: z.literal("everyone", "“scope” must be everyone, or left out.").optional(),
});

/** Clears the newest first. Ghosts stay, and so do todos that another request is changing. */
export const clearing = change({
  intent: "clear-completed",
  fields,
  statement: clearCompleted,
  notAllowed: "Only admins can clear everyone's completed todos.",
  done: (count) =>
    `${todosWere(count)} cleared.${count === clearedAtOnce ? " There may be more: clear again." : ""}`,
  isForAdmins: ({ scope }) => scope === "everyone",
});

/** Deletes by an array of ids: to join 50,000 todos with 1,000 ids, Postgres would read all of them. */
export function clearCompleted(session: Session, { scope }: z.infer<typeof fields>, batch: string) {
  const isEveryones = scope === "everyone";
  return statement(
    undoableFactsRow,
    sql`
      with ${actorOf(session)},
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
          and (${isEveryones}::boolean or t.owner_id = ${session.userId}::text)
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
