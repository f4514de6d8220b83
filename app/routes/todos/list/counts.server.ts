import sql from "sql-template-tag";
import { z } from "zod";
import { statement } from "#app/db/statement.server.ts";
import { matches, ofLivingOwner } from "./todo.server.ts";
import { type Filter, wholeList } from "./views.ts";

/** Changes with every change of todos and users, and with nothing else. */
export function listVersion() {
  return statement(
    z.object({ version: z.string() }),
    sql`
      select coalesce(v.version::text, '') as version
      from todos_version v
    `,
  );
}

export const remainingRow = z.object({
  remaining: z.number(),
  /** There may be more: counting stopped at a limit. */
  areMore: z.boolean(),
  /** The cursor of the last todo that was searched, if there may be earlier ones. */
  searchedToAt: z.string().nullable(),
  searchedToId: z.string().nullable(),
});
export type Remaining = z.infer<typeof remainingRow>;

/** Whether the counters, which are kept for each owner, know all that the filter asks for. */
export function isCounted(filter: Filter): boolean {
  return JSON.stringify({ ...filter, complete: null, ownerId: null }) === JSON.stringify(wholeList);
}

/** How many todos of a counted filter are open: none among completed ones. */
export function remainingTodos({ complete, ownerId }: Filter) {
  return statement(
    remainingRow,
    sql`
      select
        coalesce(sum(c.total - c.complete), 0)::int as remaining,
        false as "areMore",
        null::text as "searchedToAt",
        null::text as "searchedToId"
      from todo_counts c
      where c.owner_id not in (select u.id from neon_auth.users_sync u where u.deleted_at is not null)
        and (${ownerId}::text is null or c.owner_id = ${ownerId}::text)
        and ${complete}::boolean is not true
    `,
  );
}

/** Counting these takes up to 4 ms. */
export const mostCounted = 1_000;

/** As `remainingTodos`, for filters that the counters do not know. */
export function remainingMatches(filter: Filter) {
  return statement(
    remainingRow,
    sql`
      select
        coalesce(least(count(*), ${mostCounted}::int)::int, 0) as remaining,
        count(*) > ${mostCounted}::int as "areMore",
        null::text as "searchedToAt",
        null::text as "searchedToId"
      from (
        select
        from todos t
        where ${filter.complete}::boolean is not true
          and not t.is_complete
          and ${matches(filter)}
          and ${ofLivingOwner}
        limit ${mostCounted + 1}::int
      ) m
    `,
  );
}

/**
 * Whether the owner in a row of `todo_counts c` has a profile: a ghost's has none. With the foreign key every owner has
 * one; looking for 10,000 of them took half of the time.
 */
export const ofProfile = sql`
  c.owner_id not in (select u.id from neon_auth.users_sync u where u.deleted_at is not null)
  and (
    exists (
      select
      from pg_constraint k
      where k.conrelid = 'todos'::regclass
        and k.conname = 'todos_owner_id_fk'
        and k.convalidated
    )
    or exists (select from neon_auth.users_sync u where u.id = c.owner_id)
  )
`;
