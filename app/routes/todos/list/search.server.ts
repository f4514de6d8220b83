import sql from "sql-template-tag";
import { statement } from "#app/db/statement.server.ts";
import { mostCounted, remainingRow } from "./counts.server.ts";
import { type Cursor, todosPerPage } from "./cursor.ts";
import { listed, matches, olderThan, todoRow } from "./todo.server.ts";
import type { Filter } from "./views.ts";

// There are two ways to search: back from the newest todo, which is fast with many matches, and by the index, which is
// fast with few. The planner would guess: we try the first for `search_window` todos (docs/decisions/0012-search.md).

/** As `todosPage`, searched without regard to case and accents. */
export function foundPage(filter: Filter, before: Cursor | null) {
  const { query } = filter;
  return statement(
    todoRow,
    sql`
      with near as materialized (
        select n.id, n.inserted_at
        from (
          select t.id, t.inserted_at, t.task, t.owner_id
          from todos t
          where ${matches(filter)}
            and ${olderThan(before)}
          order by t.inserted_at desc, t.id desc
          limit search_window(${query}::text)
        ) n
        left join neon_auth.users_sync u on u.id = n.owner_id
        where u.deleted_at is null
          and searchable(n.task) like search_pattern(${query}::text)
        order by n.inserted_at desc, n.id desc
        limit ${todosPerPage + 1}::int
      ),
      far as materialized (
        select t.id, t.inserted_at
        from todos t
        left join neon_auth.users_sync u on u.id = t.owner_id
        where has_trigram(${query}::text)
          and (select count(*) from near) <= ${todosPerPage}::int
          and ${matches(filter)}
          and ${olderThan(before)}
          and u.deleted_at is null
          and searchable(t.task) like search_pattern(${query}::text)
      ),
      found as materialized (
        select id, inserted_at from near
        union
        select id, inserted_at from far
        order by inserted_at desc, id desc
        limit ${todosPerPage + 1}::int
      )
      ${listed}
        and t.id in (select id from found)
      order by t.inserted_at desc, t.id desc
    `,
  );
}

/** As `remainingTodos`, for a search; and how far back a page was searched if the query is too short for the index. */
export function remainingFound(filter: Filter, before: Cursor | null) {
  const { query } = filter;
  return statement(
    remainingRow,
    sql`
      with newest_open as materialized (
        select t.inserted_at, t.id, t.task, t.owner_id
        from todos t
        where ${filter.complete}::boolean is not true
          and not t.is_complete
          and ${matches(filter)}
        order by t.inserted_at desc, t.id desc
        limit search_window(${query}::text)
      ),
      near as materialized (
        select n.id
        from newest_open n
        left join neon_auth.users_sync u on u.id = n.owner_id
        where u.deleted_at is null
          and searchable(n.task) like search_pattern(${query}::text)
        limit ${mostCounted + 1}::int
      ),
      far as materialized (
        select t.id
        from todos t
        left join neon_auth.users_sync u on u.id = t.owner_id
        where ${filter.complete}::boolean is not true
          and has_trigram(${query}::text)
          and (select count(*) from near) <= ${mostCounted}::int
          and not t.is_complete
          and ${matches(filter)}
          and u.deleted_at is null
          and searchable(t.task) like search_pattern(${query}::text)
      ),
      counted as (
        select greatest(
          (select count(*) from near),
          (select count(*) from (select from far limit ${mostCounted + 1}::int) f)
        ) as found
      ),
      searched_to as (
        select t.inserted_at, t.id
        from todos t
        where not has_trigram(${query}::text)
          and ${matches(filter)}
          and ${olderThan(before)}
        order by t.inserted_at desc, t.id desc
        limit 1
        offset search_window(${query}::text) - 1
      )
      select
        coalesce(least(counted.found, ${mostCounted}::int)::int, 0) as remaining,
        coalesce(
          counted.found > ${mostCounted}::int
            or not has_trigram(${query}::text)
              and (select count(*) from newest_open) = search_window(${query}::text),
          false
        ) as "areMore",
        to_char(s.inserted_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "searchedToAt",
        s.id::text as "searchedToId"
      from counted
      left join searched_to s on true
    `,
  );
}
