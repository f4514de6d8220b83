import { createHash, randomBytes } from "node:crypto";
import sql from "sql-template-tag";
import { z } from "zod";
import { type Statement, statement } from "#app/db/statement.server.ts";
import type { ProjectSettings } from "./project-settings.ts";
import { type ServerUser, serverUserSchema } from "./server-user.ts";

const dayMs = 24 * 60 * 60 * 1_000;
export const sessionLifetimeMs = 365 * dayMs;
export const longestSessionLifetimeMs = 367 * dayMs;

export function newRefreshToken(): string {
  return randomBytes(32).toString("base64url");
}

function hashed(refreshToken: string): string {
  return createHash("sha256").update(refreshToken).digest("hex");
}

/** The content of an access token. */
interface UsedSession {
  id: string;
  user: ServerUser;
}

const usedSessionRow = z.object({ id: z.string(), user: serverUserSchema });

/**
 * Opens a session, which counts as activity of the user.
 * @returns no row when there is no such user
 */
export function openSession(
  session: {
    userId: string;
    refreshToken: string;
    lifetimeMs: number;
    isImpersonation: boolean;
    ip: string | undefined;
  },
  settings: ProjectSettings,
): Statement<UsedSession> {
  return statement(
    usedSessionRow,
    sql`
with account as (
  update users
  set last_active_at = now()
  where id = ${session.userId}::uuid
  returning users as row
),
opened as (
  insert into sessions (user_id, refresh_token_hash, is_impersonation, expires_at, last_used_ip)
  select
    (account.row).id,
    ${hashed(session.refreshToken)}::text,
    ${session.isImpersonation}::boolean,
    now() + ${session.lifetimeMs}::float8 * interval '1 millisecond',
    ${session.ip}::text
  from account
  returning id
)
select
  opened.id,
  server_user(account.row, email, ${settings.requiresVerifiedEmail}::boolean) as "user"
from opened
cross join account
left join contact_channels as email on email.id = (account.row).primary_email_id
    `,
  );
}

/**
 * Uses a session for a new access token, which counts as activity of the user.
 * @returns no row when the refresh token is unknown, or its session ended or expired
 */
export function touchSession(
  refreshToken: string,
  ip: string | undefined,
  settings: ProjectSettings,
): Statement<UsedSession> {
  return statement(
    usedSessionRow,
    sql`
with used as (
  update sessions
  set last_used_at = now(), last_used_ip = coalesce(${ip}::text, last_used_ip)
  where refresh_token_hash = ${hashed(refreshToken)}::text
  and expires_at > now()
  returning id, user_id
),
account as (
  update users
  set last_active_at = now()
  from used
  where users.id = used.user_id
  returning users as row
)
select
  used.id,
  server_user(account.row, email, ${settings.requiresVerifiedEmail}::boolean) as "user"
from used
cross join account
left join contact_channels as email on email.id = (account.row).primary_email_id
    `,
  );
}

const listedSessionRow = z.object({
  id: z.string(),
  user_id: z.string(),
  created_at: z.number(),
  last_used_at: z.number(),
  last_used_ip: z.string().nullable(),
});
export type ListedSession = z.infer<typeof listedSessionRow>;

/** A user's sessions, newest first, without a server's impersonations. Times in ms. */
export function sessionsOf(userId: string): Statement<ListedSession> {
  return statement(
    listedSessionRow,
    sql`
select
  id,
  user_id,
  floor(extract(epoch from created_at) * 1000)::float8 as created_at,
  floor(extract(epoch from last_used_at) * 1000)::float8 as last_used_at,
  last_used_ip
from sessions
where user_id = ${userId}::uuid
and not is_impersonation
order by sessions.created_at desc, id
    `,
  );
}

/**
 * Ends a session.
 * @param ofUserId only this user's; null: any user's
 * @returns no row when there is no such session
 */
export function endSession(id: string, ofUserId: string | null): Statement<{ id: string }> {
  return statement(
    z.object({ id: z.string() }),
    sql`
delete from sessions
where id = ${id}::uuid
and (${ofUserId}::uuid is null or user_id = ${ofUserId}::uuid)
returning id
    `,
  );
}

/** The id of the session with a refresh token. */
export function sessionByRefreshToken(refreshToken: string): Statement<{ id: string }> {
  return statement(
    z.object({ id: z.string() }),
    sql`
select id
from sessions
where refresh_token_hash = ${hashed(refreshToken)}::text
    `,
  );
}
