import sql from "sql-template-tag";
import { z } from "zod";
import { type Statement, statement } from "#app/db/statement.server.ts";
import type { ProjectSettings } from "./project-settings.ts";
import { type ServerUser, userRow } from "./server-user.ts";

export function userById(id: string, settings: ProjectSettings): Statement<{ user: ServerUser }> {
  return statement(
    userRow,
    sql`
select server_user(users, email, ${settings.requiresVerifiedEmail}::boolean) as "user"
from users
left join contact_channels as email on email.id = users.primary_email_id
where users.id = ${id}::uuid
    `,
  );
}

/** The user who signs in with an email address (in lower case), and their password hash. */
export function credentialsByEmail(
  email: string,
): Statement<{ user_id: string; password_hash: string | null }> {
  return statement(
    z.object({ user_id: z.string(), password_hash: z.string().nullable() }),
    sql`
select users.id as user_id, users.password_hash
from contact_channels
join users on users.id = contact_channels.user_id
where contact_channels.value = ${email}::text
and contact_channels.used_for_auth
    `,
  );
}

export function passwordHashOf(userId: string): Statement<{ password_hash: string | null }> {
  return statement(
    z.object({ password_hash: z.string().nullable() }),
    sql`
select password_hash
from users
where id = ${userId}::uuid
    `,
  );
}

interface UserSearch {
  /** Part of the name or of any of the user's addresses, or the whole id. */
  query?: string | undefined;
  /** The id of the page's first user. */
  cursor?: string | undefined;
  limit?: number | undefined;
  newestFirst: boolean;
  includeRestricted: boolean;
  includeAnonymous: boolean;
}

/** Up to one user more than `limit`, whose id is the cursor of the next page. */
export function usersPage(search: UserSearch, settings: ProjectSettings): Statement<{ user: ServerUser }> {
  const {
    query = null,
    cursor = null,
    limit = null,
    newestFirst,
    includeRestricted,
    includeAnonymous,
  } = search;
  return statement(
    userRow,
    sql`
select server_user(users, email, ${settings.requiresVerifiedEmail}::boolean) as "user"
from users
left join contact_channels as email on email.id = users.primary_email_id
left join users as first on first.id = ${cursor}::uuid
where (${includeAnonymous}::boolean or not users.is_anonymous)
and (
  ${includeRestricted}::boolean
  or ${includeAnonymous}::boolean
  or restricted_reason(users, email, ${settings.requiresVerifiedEmail}::boolean) is null
)
and (
  ${query}::text is null
  or users.id::text = lower(${query}::text)
  or strpos(lower(users.display_name), lower(${query}::text)) > 0
  or exists (
    select from contact_channels
    where contact_channels.user_id = users.id
    and strpos(contact_channels.value, lower(${query}::text)) > 0
  )
)
and (
  ${cursor}::uuid is null
  or case
    when ${newestFirst}::boolean then (users.signed_up_at, users.id) <= (first.signed_up_at, first.id)
    else (users.signed_up_at, users.id) >= (first.signed_up_at, first.id)
  end
)
order by
  case when ${newestFirst}::boolean then users.signed_up_at end desc,
  case when ${newestFirst}::boolean then users.id end desc,
  users.signed_up_at,
  users.id
limit ${limit}::integer + 1
    `,
  );
}
