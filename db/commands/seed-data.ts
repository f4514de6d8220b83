import sql from "sql-template-tag";
import { z } from "zod";
import { type Statement, statement } from "#app/db/statement.server.ts";

export interface SeedAccount {
  email: string;
  name: string;
  password: string;
  isAdmin: boolean;
}

/** Bob and Doug come from Neon's tutorial. */
const accounts: SeedAccount[] = [
  { email: "bob@example.com", name: "Bob", password: "bob counts to 3", isAdmin: false },
  { email: "doug@example.com", name: "Doug", password: "doug counts to 2", isAdmin: false },
  { email: "admin@example.com", name: "Admin", password: "admins see it all", isAdmin: true },
];

/** @param create returns false for an account that was there already */
export async function seedAccounts(create: (account: SeedAccount) => Promise<boolean>) {
  const made = [];
  for (const account of accounts) made.push({ ...account, isNew: await create(account) });
  return made;
}

const emails = accounts.map(({ email }) => email);

/** The accounts whose profiles are in Postgres. */
export function arrivedProfiles(): Statement<{ email: string }> {
  return statement(
    z.object({ email: z.string() }),
    sql`
select u.email
from neon_auth.users_sync u
where u.email = any (${emails}::text[])
  and u.deleted_at is null
    `,
  );
}

/** A dozen todos of the past week, some of them completed; none for a user who already has todos. */
export function insertSeedTodos(): Statement<{ id: string }> {
  return statement(
    z.object({ id: z.string() }),
    sql`
insert into todos (owner_id, task, inserted_at, is_complete, completed_at)
select
  u.id,
  s.task,
  now() - s.hours_old * interval '1 hour',
  s.hours_done is not null,
  now() - s.hours_done * interval '1 hour'
from (
  values
    ('bob@example.com', 'Buy seeds', 170, 150),
    ('bob@example.com', 'Dig the beds', 169, 120),
    ('doug@example.com', 'Fix the fence', 150, 100),
    ('bob@example.com', 'Plant the seeds', 121, null),
    ('doug@example.com', 'Feed the cat', 98, 97),
    ('doug@example.com', 'Water the plants', 97, null),
    ('admin@example.com', 'Write down who waters when', 73, 50),
    ('bob@example.com', 'Pull out the weeds', 50, null),
    ('doug@example.com', 'Borrow a ladder', 49, 26),
    ('bob@example.com', 'Pick the cherries', 25, null),
    ('doug@example.com', 'Give the ladder back', 24, null),
    ('admin@example.com', 'Invite the neighbors', 2, null)
) as s (email, task, hours_old, hours_done)
join neon_auth.users_sync u on u.email = s.email
where u.deleted_at is null
  and not exists (select from todos t where t.owner_id = u.id)
order by s.hours_old desc
returning id
    `,
  );
}
