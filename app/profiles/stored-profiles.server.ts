import sql from "sql-template-tag";
import { z } from "zod";
import type { AccessToken } from "#app/auth/provider/auth-provider.ts";
import type { StackUser } from "#app/auth/stack/users.server.ts";
import { repeatable, statement } from "#app/db/statement.server.ts";

// How neon_auth.users_sync is written where Neon does not fill it: docs/decisions/0008-webhook-ordering.md.

/**
 * Stores a user, unless what is stored is newer or marked as deleted: nothing takes that mark away.
 * @param asOf Stack knew the user like this at that moment, or later
 */
export function storeProfile(user: StackUser, asOf: Date) {
  return statement(
    z.never(),
    sql`
      insert into neon_auth.users_sync as u (raw_json, updated_at)
      values (${asJsonb(user)}::jsonb, ${asOf.toISOString()}::timestamptz)
      on conflict (id) do update
      set raw_json = excluded.raw_json,
        updated_at = excluded.updated_at
      where u.deleted_at is null
        and (u.updated_at is null or u.updated_at <= excluded.updated_at)
    `,
  );
}

/** Does the same, but only for a user who is already stored. */
export function storeProfileAgain(user: StackUser, asOf: Date) {
  return statement(
    z.never(),
    sql`
      update neon_auth.users_sync u
      set raw_json = ${asJsonb(user)}::jsonb,
        updated_at = ${asOf.toISOString()}::timestamptz
      where u.id = ${user.id}::text
        and u.deleted_at is null
        and (u.updated_at is null or u.updated_at <= ${asOf.toISOString()}::timestamptz)
    `,
  );
}

/** A profile that is not there becomes a row of its id alone, for what comes later. */
export function markProfileDeleted(id: string) {
  return statement(
    z.never(),
    sql`
      insert into neon_auth.users_sync as u (raw_json, deleted_at)
      values (jsonb_build_object('id', ${id}::text), now())
      on conflict (id) do update
      set deleted_at = excluded.deleted_at
      where u.deleted_at is null
    `,
  );
}

export function profileDisagrees({ userId, name, email, emailVerified }: AccessToken) {
  return statement(
    z.object({ disagrees: z.boolean() }),
    sql`
      select exists (
        select
        from neon_auth.users_sync u
        where u.id = ${userId}::text
          and u.deleted_at is null
          and (
            u.name is distinct from ${name}::text
            or u.email is distinct from ${email}::text
            or u.raw_json @> '{"primary_email_verified": true}' <> ${emailVerified}::boolean
          )
      ) as disagrees
    `,
    repeatable,
  );
}

/**
 * Leaves out what no jsonb can hold: U+0000, and halves of surrogate pairs, which JSON.stringify escapes. A user who
 * has one in a name, or in a value or key of their metadata, would be refused at every delivery.
 * @see https://www.postgresql.org/docs/current/datatype-json.html
 */
function asJsonb(user: StackUser): string {
  const escapes = /\\(?:(u0000|ud[89a-f]..)|.)/g;
  return JSON.stringify(user).replaceAll(escapes, (all, refused) => (refused ? "" : all));
}
