import sql from "sql-template-tag";
import { z } from "zod";
import { type Statement, statement } from "#app/db/statement.server.ts";
import { type ProjectSettings, recordedSettings } from "./project-settings.ts";
import { type ServerUser, userRow } from "./server-user.ts";

/** What can be set: columns of `users`, and the three of the primary email. Absent fields stay the same. */
export interface UserFields {
  display_name?: string | null | undefined;
  profile_image_url?: string | null | undefined;
  client_metadata?: unknown;
  client_read_only_metadata?: unknown;
  server_metadata?: unknown;
  password_hash?: string | null | undefined;
  otp_auth_enabled?: boolean | undefined;
  requires_totp_mfa?: boolean | undefined;
  is_anonymous?: boolean | undefined;
  restricted_by_admin?: boolean | undefined;
  restricted_by_admin_reason?: string | null | undefined;
  restricted_by_admin_private_details?: string | null | undefined;
  country_code?: string | null | undefined;
  primary_email?: string | null | undefined;
  primary_email_verified?: boolean | undefined;
  primary_email_auth_enabled?: boolean | undefined;
}

/** Violated when another user signs in with the address. */
export const emailTakenConstraint = "one_user_signs_in_with_a_value";

/** Creates a user and records the event. The email address is in lower case. */
export function createUser(
  fields: UserFields,
  settings: ProjectSettings = recordedSettings,
): Statement<{ user: ServerUser }> {
  const { primary_email: email = null, primary_email_verified: verified = false } = fields;
  return statement(
    userRow,
    sql`
with account as (
  insert into users (
    display_name, profile_image_url, client_metadata, client_read_only_metadata, server_metadata,
    password_hash, otp_auth_enabled, requires_totp_mfa, is_anonymous,
    restricted_by_admin, restricted_by_admin_reason, restricted_by_admin_private_details, country_code,
    primary_email_id
  )
  select
    given.display_name, given.profile_image_url, given.client_metadata, given.client_read_only_metadata,
    given.server_metadata, given.password_hash,
    coalesce(given.otp_auth_enabled, false), coalesce(given.requires_totp_mfa, false),
    coalesce(given.is_anonymous, false),
    coalesce(given.restricted_by_admin, false),
    case when given.restricted_by_admin then given.restricted_by_admin_reason end,
    case when given.restricted_by_admin then given.restricted_by_admin_private_details end,
    given.country_code,
    case when ${email}::text is not null then gen_random_uuid() end
  from jsonb_populate_record(null::users, ${JSON.stringify(fields)}::jsonb) as given
  returning users as row
),
email as (
  insert into contact_channels (id, user_id, value, is_verified, used_for_auth)
  select
    (account.row).primary_email_id,
    (account.row).id,
    ${email}::text,
    ${verified}::boolean,
    ${fields.primary_email_auth_enabled ?? false}::boolean
  from account
  where ${email}::text is not null
  returning contact_channels as row
)
insert into user_events (type, user_json)
select 'user.created', server_user(account.row, email.row, ${settings.requiresVerifiedEmail}::boolean)
from account
left join email on true
returning user_json as "user"
    `,
  );
}

/**
 * Changes the given fields and records the event. A new password ends all sessions. A new primary email is unverified
 * by default, and one that the user had before keeps its state.
 * @returns no row when there is no such user
 */
export function changeUser(
  id: string,
  fields: UserFields,
  settings: ProjectSettings = recordedSettings,
): Statement<{ user: ServerUser }> {
  const {
    primary_email: email,
    primary_email_verified: verified,
    primary_email_auth_enabled: usedForAuth,
  } = fields;
  return statement(
    userRow,
    sql`
with email as (
  insert into contact_channels (user_id, value, is_verified, used_for_auth)
  select
    users.id,
    coalesce(${email}::text, old_email.value),
    coalesce(${verified}::boolean, false),
    coalesce(${usedForAuth}::boolean, old_email.used_for_auth, false)
  from users
  left join contact_channels as old_email on old_email.id = users.primary_email_id
  where users.id = ${id}::uuid
  and not ${email === null}::boolean
  and coalesce(${email}::text, old_email.value) is not null
  on conflict (user_id, value) do update
  set
    is_verified = coalesce(${verified}::boolean, contact_channels.is_verified),
    used_for_auth = excluded.used_for_auth
  returning contact_channels as row
),
account as (
  update users
  set
    (
      display_name, profile_image_url, client_metadata, client_read_only_metadata, server_metadata,
      password_hash, otp_auth_enabled, requires_totp_mfa, is_anonymous,
      restricted_by_admin, restricted_by_admin_reason, restricted_by_admin_private_details, country_code
    ) = (
      select
        given.display_name, given.profile_image_url, given.client_metadata, given.client_read_only_metadata,
        given.server_metadata, given.password_hash, given.otp_auth_enabled, given.requires_totp_mfa, given.is_anonymous,
        given.restricted_by_admin,
        case when given.restricted_by_admin then given.restricted_by_admin_reason end,
        case when given.restricted_by_admin then given.restricted_by_admin_private_details end,
        given.country_code
      from jsonb_populate_record(users, ${JSON.stringify(fields)}::jsonb) as given
    ),
    primary_email_id = case
      when ${email === undefined}::boolean then primary_email_id
      else (select (email.row).id from email)
    end
  where id = ${id}::uuid
  returning users as row
),
ended_sessions as (
  delete from sessions
  where user_id = ${id}::uuid
  and ${fields.password_hash !== undefined}::boolean
)
insert into user_events (type, user_json)
select 'user.updated', server_user(account.row, email.row, ${settings.requiresVerifiedEmail}::boolean)
from account
left join email on true
returning user_json as "user"
    `,
  );
}

/** Sets a password and ends the user's other sessions. Stack sends no webhook for it, so there is no event. */
export function changePassword(
  userId: string,
  passwordHash: string,
  keptSessionId: string | null,
): Statement<{ id: string }> {
  return statement(
    z.object({ id: z.string() }),
    sql`
with ended_sessions as (
  delete from sessions
  where user_id = ${userId}::uuid
  and id is distinct from ${keptSessionId}::uuid
)
update users
set password_hash = ${passwordHash}::text
where id = ${userId}::uuid
returning id
    `,
  );
}

/**
 * Deletes a user with their sessions and addresses, and records the event.
 * @returns no row when there is no such user
 */
export function deleteUser(id: string): Statement<{ id: string }> {
  return statement(
    z.object({ id: z.string() }),
    sql`
with deleted as (
  delete from users
  where id = ${id}::uuid
  returning id
)
insert into user_events (type, user_json)
select 'user.deleted', jsonb_build_object('id', deleted.id, 'teams', jsonb_build_array())
from deleted
returning user_json ->> 'id' as id
    `,
  );
}
