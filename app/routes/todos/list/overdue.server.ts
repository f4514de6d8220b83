import sql from "sql-template-tag";
import { statement } from "#app/db/statement.server.ts";
import { type Cursor, todosPerPage } from "./cursor.ts";
import { listed, matches, ofLivingOwner, olderThan, todoRow } from "./todo.server.ts";
import type { Filter } from "./views.ts";

/**
 * As `todosPage`, for a filter with `dueBefore`. There are two ways, as in a search: all overdue todos from their index,
 * sorted, which is fast with few; and back from the newest todo, which is fast with many.
 */
export function overduePage(filter: Filter, before: Cursor | null) {
  return statement(
    todoRow,
    sql`
      with few as materialized (
        select t.id, t.inserted_at, t.owner_id
        from todos t
        where not t.is_complete
          and ${matches(filter)}
          and ${olderThan(before)}
        limit ${mostSorted + 1}::int
      ),
      many as materialized (
        select t.id, t.inserted_at
        from todos t
        where (select count(*) from few) > ${mostSorted}::int
          and not t.is_complete
          and ${matches(filter)}
          and ${olderThan(before)}
          and ${ofLivingOwner}
        order by t.inserted_at desc, t.id desc
        limit ${todosPerPage + 1}::int
      ),
      found as materialized (
        select id, inserted_at from many
        union all
        select t.id, t.inserted_at
        from few t
        where (select count(*) from few) <= ${mostSorted}::int
          and ${ofLivingOwner}
        order by inserted_at desc, id desc
        limit ${todosPerPage + 1}::int
      )
      ${listed}
        and t.id in (select id from found)
      order by t.inserted_at desc, t.id desc
    `,
  );
}

/** Sorting these takes 2 ms. */
const mostSorted = 5_000;
