import sql from "sql-template-tag";
import { z } from "zod";
import { database } from "#app/db/current.server.ts";
import { repeatable, statement } from "#app/db/statement.server.ts";
import { todosPerPage } from "./cursor.ts";
import type { ListPart } from "./page.server.ts";
import { matches } from "./todo.server.ts";
import { type Asker, type Filter, filterOf, type ListView } from "./views.ts";

/**
 * The part of the list that a view shows. A linked todo takes another round trip, and is in the middle of its page or
 * on the newest one.
 * @returns `isLinkedThere` is true without a linked todo
 */
export async function partOf(
  view: ListView,
  asker: Asker,
): Promise<{ part: ListPart; isLinkedThere: boolean }> {
  const filter = filterOf(view, asker);
  if (!view.todoId) return { part: { filter, before: view.before }, isLinkedThere: true };
  const [place] = await database().query(placeOf(view.todoId, filter));
  if (!place) return { part: { filter, before: null }, isLinkedThere: false };
  const { insertedAt, id } = place;
  return { part: { filter, before: insertedAt && id ? { insertedAt, id } : null }, isLinkedThere: true };
}

/**
 * The cursor of a todo's page; null: the newest. No row if the todo is gone or filtered out. A search begins with the
 * todo itself, because found todos may be far apart.
 */
function placeOf(todoId: string, filter: Filter) {
  const { query } = filter;
  return statement(
    z.object({ insertedAt: z.string().nullable(), id: z.string().nullable() }),
    sql`
      with linked as (
        select t.inserted_at, t.id
        from todos t
        left join neon_auth.users_sync u on u.id = t.owner_id
        where t.id = ${todoId}::bigint
          and u.deleted_at is null
          and ${matches(filter)}
          and (${query}::text = '' or searchable(t.task) like search_pattern(${query}::text))
      ),
      place as (
        select n.inserted_at, n.id
        from linked
        cross join lateral (
          select t.inserted_at, t.id
          from todos t
          where (t.inserted_at, t.id) > (linked.inserted_at, linked.id)
            and ${matches(filter)}
          order by t.inserted_at, t.id
          limit 1
          offset ${todosPerPage / 2}::int
        ) n
        where ${query}::text = ''
        union all
        select inserted_at, least(id, 9223372036854775806) + 1
        from linked
        where ${query}::text <> ''
      )
      select
        to_char(place.inserted_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "insertedAt",
        place.id::text as id
      from linked
      left join place on true
    `,
    repeatable,
  );
}
