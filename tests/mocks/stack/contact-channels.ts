import sql from "sql-template-tag";
import { z } from "zod";
import { type Statement, statement } from "#app/db/statement.server.ts";

const contactChannelSchema = z.object({
  user_id: z.string(),
  id: z.string(),
  value: z.string(),
  is_primary: z.boolean(),
  is_verified: z.boolean(),
  used_for_auth: z.boolean(),
});

/** A user's email address, as the API shows it. */
export type ContactChannel = z.infer<typeof contactChannelSchema>;

/**
 * Email addresses, oldest first.
 * @param userId null: every user's
 */
export function contactChannelsOf(userId: string | null): Statement<ContactChannel> {
  return statement(
    contactChannelSchema,
    sql`
select
  channel.user_id,
  channel.id,
  channel.value,
  channel.id is not distinct from users.primary_email_id as is_primary,
  channel.is_verified,
  channel.used_for_auth
from contact_channels as channel
join users on users.id = channel.user_id
where (${userId}::uuid is null or channel.user_id = ${userId}::uuid)
order by channel.created_at, channel.id
    `,
  );
}

/** The user who signs in with an email address, and whether it is verified. */
export function signInChannel(email: string): Statement<{ user_id: string; is_verified: boolean }> {
  return statement(
    z.object({ user_id: z.string(), is_verified: z.boolean() }),
    sql`
select user_id, is_verified
from contact_channels
where value = ${email}::text
and used_for_auth
    `,
  );
}

/**
 * Marks an address as verified. Stack sends no webhook for it, so there is no event.
 * @returns no row when the user does not have that address
 */
export function verifyChannel(userId: string, email: string): Statement<{ id: string }> {
  return statement(
    z.object({ id: z.string() }),
    sql`
update contact_channels
set is_verified = true
where user_id = ${userId}::uuid
and value = ${email}::text
returning id
    `,
  );
}

/** Lets a user sign in by magic link. Stack sends no webhook for it, so there is no event. */
export function allowMagicLinks(userId: string): Statement<never> {
  return statement(
    z.never(),
    sql`
update users
set otp_auth_enabled = true
where id = ${userId}::uuid
    `,
  );
}
