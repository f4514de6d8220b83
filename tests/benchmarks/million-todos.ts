import { connectClient } from "#app/db/database.server.ts";

export interface Filling {
  /** How many profiles; each thousandth is an admin's. */
  users: number;
  /**
   * How many todos, dealt out evenly, 7 of 10 completed. One in 97 has a due day, long past for the older half, and one in
   * 97 is assigned to the first admin.
   */
  todos: number;
  /** The days up to now over which they were added, evenly. */
  days: number;
}

/** The id of a profile by its number, from 1: a UUID, as Stack's are, in no order. */
export const userIdSql = (number: string) => `md5('user ' || ${number})::uuid::text`;

/**
 * Fills a migrated database that has no todos yet, and analyzes it: a million todos take half a minute.
 * Profiles are about as long as Stack's.
 * @param url of the database on its direct host
 */
export async function fillDatabase(url: string, { users, todos, days }: Filling): Promise<void> {
  const client = await connectClient(url);
  try {
    await client.query(
      `
        insert into neon_auth.users_sync (raw_json, updated_at)
        select
          jsonb_build_object(
            'id', ${userIdSql("n")},
            'display_name', 'User ' || n,
            'primary_email', 'user' || n || '@example.com',
            'signed_up_at_millis', 1795284266861,
            'client_metadata', jsonb_build_object('about', repeat(md5(n::text), 8)),
            'server_metadata', case when n % 1000 = 0 then jsonb_build_object('role', 'admin') end
          ),
          now()
        from generate_series(1, $1::int) as n
      `,
      [users],
    );
    await client.query(
      `
        insert into todos (owner_id, task, inserted_at, is_complete, completed_at, due_on, assignee_id)
        select
          ${userIdSql("1 + n * 7919::bigint % $1")},
          'todo ' || n,
          added_at,
          n % 10 < 7,
          case when n % 10 < 7 then least(added_at + n % 1000 * interval '5 minutes', now()) end,
          case when n % 97 = 0 then date '2000-01-01' + case when n < $2 / 2 then 0 else 100000 end end,
          case when n % 97 = 1 then ${userIdSql("1000")} end
        from generate_series(1, $2::int) as n
        cross join lateral (select now() - ($2 - n) * interval '1 day' * $3::int / $2) as added (added_at)
      `,
      [users, todos, days],
    );
    await client.query("vacuum analyze");
  } finally {
    await client.end();
  }
}
