import sql from "sql-template-tag";
import { z } from "zod";
import type { Session } from "#app/auth/session/session.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { ofLivingOwner } from "#app/routes/todos/list/todo.server.ts";

// `actor`, with which each statement begins, is empty unless for an admin, and so is the answer.

export const usersPerPage = 50;
export const usersPerBatch = 1_000;

const totalsRow = z.object({ users: z.number(), todos: z.number(), complete: z.number() });

export function statsTotals({ userId }: Session) {
  return statement(
    totalsRow,
    sql`
      with actor as (
        select id
        from actor(${userId}::text, true)
        where is_admin
      ),
      counted as (
        select coalesce(sum(c.total), 0)::int as todos, coalesce(sum(c.complete), 0)::int as complete
        from todo_counts c
        where c.owner_id not in (select u.id from neon_auth.users_sync u where u.deleted_at is not null)
      ),
      living as (
        select count(*)::int as users
        from neon_auth.users_sync u
        where u.deleted_at is null
      )
      select
        coalesce(users, 0)::int as users,
        coalesce(todos, 0)::int as todos,
        coalesce(complete, 0)::int as complete
      from actor, living, counted
    `,
  );
}

const dayRow = z.object({ day: z.string(), created: z.number(), completed: z.number() });
export type Day = z.infer<typeof dayRow>;

/** The last 30 days in UTC, oldest first. They count todos that still exist, in the state they are in now. */
export function todosPerDay({ userId }: Session) {
  return statement(
    dayRow,
    // `todo_days` counts todos of deleted profiles too, as long as they exist, which is rarely more than a moment.
    sql`
      with actor as (
        select id
        from actor(${userId}::text, true)
        where is_admin
      ),
      days as (
        select (now() at time zone 'utc')::date - back.days as day
        from generate_series(0, 29) as back (days)
      ),
      hidden as materialized (
        select
          (t.inserted_at at time zone 'utc')::date as created_on,
          case when t.is_complete then (t.completed_at at time zone 'utc')::date end as completed_on
        from neon_auth.users_sync u
        join todo_counts c on c.owner_id = u.id
        join todos t on t.owner_id = c.owner_id
        where u.deleted_at is not null
      ),
      counted as (
        select
          day,
          coalesce((select sum(d.created) from todo_days d where d.day = days.day), 0)
            - (select count(*) from hidden where created_on = days.day) as created,
          coalesce((select sum(d.completed) from todo_days d where d.day = days.day), 0)
            - (select count(*) from hidden where completed_on = days.day) as completed
        from days
      )
      select
        coalesce(to_char(day, 'YYYY-MM-DD'), '') as day,
        coalesce(created, 0)::int as created,
        coalesce(completed, 0)::int as completed
      from actor, counted
      order by counted.day
    `,
  );
}

const userRow = z.object({
  userId: z.string(),
  email: z.string().nullable(),
  name: z.string().nullable(),
  open: z.number(),
  /** How many of their open todos were due before today. */
  overdue: z.number(),
  /** How many open todos are assigned to them, their own included. */
  assigned: z.number(),
  complete: z.number(),
  total: z.number(),
  /** The latest add or tick among their todos, ISO 8601 in UTC with microseconds; null without todos. */
  latest: z.string().nullable(),
});
export type UserStats = z.infer<typeof userRow>;

/** The columns of `userRow` for a `page` of users, and with `from page` the numbers that `todo_counts` does not have. */
const userColumns = sql`
  coalesce(page.id, '') as "userId",
  page.email,
  page.name,
  coalesce(page.total - page.complete, 0)::int as open,
  coalesce(late.overdue, 0)::int as overdue,
  coalesce(given.assigned, 0)::int as assigned,
  coalesce(page.complete, 0)::int as complete,
  coalesce(page.total, 0)::int as total,
  to_char(page.latest at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as latest
`;

/** Both counts read only an index, and all of it that may be on the page: no counter knows which day it is. */
const fromPage = (today: string) => sql`
  from page
  left join (
    select t.owner_id, count(*)::int as overdue
    from todos t
    where not t.is_complete
      and t.due_on < ${today}::date
    group by t.owner_id
  ) as late on late.owner_id = page.id
  left join lateral (
    select count(*)::int as assigned
    from todos t
    where t.assignee_id = page.id
      and not t.is_complete
      and ${ofLivingOwner}
  ) as given on true
`;

export type UsersSort = "email" | "open" | "total" | "complete" | "latest";

export interface UsersView {
  sort: UsersSort;
  descending: boolean;
  /** The place where the page before ended. */
  after: UsersCursor | null;
}

/** A row's place in the sorted list of users. */
export interface UsersCursor {
  /** The email, the number in decimal digits, or the time as the row has it. */
  value: string | null;
  userId: string;
}

export function usersCursor(row: UserStats, sort: UsersSort): UsersCursor {
  const value = row[sort];
  return { value: value === null ? null : String(value), userId: row.userId };
}

/**
 * A page of all living users, and one row more, to tell whether there are others. No email sorts as an empty one, no
 * todo as one before all times.
 * @param view its cursor's value must fit the column: Postgres fails on "x" as a number or a time
 * @param today YYYY-MM-DD
 */
export function usersPage({ userId }: Session, { sort, descending, after }: UsersView, today: string) {
  const { value, userId: lastId } = after ?? { value: null, userId: null };
  return statement(
    userRow,
    // One statement for four columns and two directions: numbers and times become one number, negative for the other
    // direction, and 0 while emails are compared. Only the page's times become text: for all 10,000 users that took
    // 10 ms, half of the whole.
    sql`
      with actor as (
        select id
        from actor(${userId}::text, true)
        where is_admin
      ),
      place as (
        select
          case when ${descending}::boolean then -1 else 1 end * case ${sort}::text
            when 'email' then 0
            when 'latest' then coalesce(
              extract(
                epoch from (case ${sort}::text when 'latest' then ${value}::text end)::timestamptz
              )::float8,
              '-infinity'
            )
            else (case when ${sort}::text in ('open', 'total', 'complete') then ${value}::text end)::float8
          end as number,
          case ${sort}::text when 'email' then coalesce(${value}::text, '') else '' end as word
      ),
      users as (
        select
          u.id,
          u.email,
          u.name,
          coalesce(c.complete, 0)::int as complete,
          coalesce(c.total, 0)::int as total,
          c.latest,
          case when ${descending}::boolean then -1 else 1 end * case ${sort}::text
            when 'open' then coalesce(c.total - c.complete, 0)::float8
            when 'total' then coalesce(c.total, 0)::float8
            when 'complete' then coalesce(c.complete, 0)::float8
            when 'latest' then coalesce(extract(epoch from c.latest)::float8, '-infinity')
            else 0
          end as number,
          case ${sort}::text when 'email' then coalesce(u.email, '') else '' end as word
        from neon_auth.users_sync u
        left join todo_counts c on c.owner_id = u.id
        where u.deleted_at is null
          and exists (select from actor)
      ),
      page as materialized (
        select users.id, users.email, users.name, complete, total, latest, users.number, users.word
        from users, place
        where ${lastId}::text is null
          or users.number > place.number
          or (users.number = place.number and users.word > place.word and not ${descending}::boolean)
          or (users.number = place.number and users.word < place.word and ${descending}::boolean)
          or (users.number = place.number and users.word = place.word and users.id > ${lastId}::text)
        order by
          users.number,
          case when not ${descending}::boolean then users.word end,
          case when ${descending}::boolean then users.word end desc,
          users.id
        limit ${usersPerPage + 1}::int
      )
      select ${userColumns}
      ${fromPage(today)}
      order by
        page.number,
        case when not ${descending}::boolean then page.word end,
        case when ${descending}::boolean then page.word end desc,
        page.id
    `,
  );
}

/**
 * Living users in the order of their ids.
 * @param after the last id of the batch before
 * @param today YYYY-MM-DD
 */
export function allUsersBatch({ userId }: Session, after: string | null, today: string) {
  return statement(
    userRow,
    sql`
      with actor as (
        select id
        from actor(${userId}::text, true)
        where is_admin
      ),
      page as materialized (
        select u.id, u.email, u.name, c.complete, c.total, c.latest
        from actor
        cross join neon_auth.users_sync u
        left join todo_counts c on c.owner_id = u.id
        where u.deleted_at is null
          and u.id > coalesce(${after}::text, '')
        order by u.id
        limit ${usersPerBatch}::int
      )
      select ${userColumns}
      ${fromPage(today)}
      order by page.id
    `,
  );
}
