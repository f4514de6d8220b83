import { z } from "zod";
import { addUser, patchUser, removeUser } from "../accounts.ts";
import { json, success } from "../answers.ts";
import type { Backend } from "../backend.ts";
import {
  cannotGetOwnUserWithoutUser,
  StatusError,
  somethingWentWrong,
  userNotFound,
} from "../known-errors.ts";
import { hashPassword, longestPassword } from "../passwords.ts";
import { type Caller, clientOrHigher, endpoint, serverOrHigher } from "../requests.ts";
import { clientUserSchema, type ServerUser } from "../server-user.ts";
import type { UserFields } from "../user-changes.ts";
import { userById, usersPage } from "../users.ts";
import { email, normalized, url } from "../validation.ts";

const clientFields = z.strictObject({
  display_name: z.string().max(256).nullable().optional(),
  profile_image_url: url.max(1_000_000).nullable().optional(),
  client_metadata: z.json().optional(),
  selected_team_id: z.null().optional(),
  otp_auth_enabled: z.boolean().optional(),
  totp_secret_base64: z.string().nullable().optional(),
  primary_email: email.nullable().optional(),
});

const serverFields = clientFields.extend({
  client_read_only_metadata: z.json().optional(),
  server_metadata: z.json().optional(),
  primary_email_verified: z.boolean().optional(),
  primary_email_auth_enabled: z.boolean().optional(),
  password: z.string().max(longestPassword).nullable().optional(),
  is_anonymous: z.boolean().optional(),
  restricted_by_admin: z.boolean().optional(),
  restricted_by_admin_reason: z.string().nullable().optional(),
  restricted_by_admin_private_details: z.string().nullable().optional(),
  country_code: z.string().length(2).nullable().optional(),
});

const flag = z.enum(["true", "false"]).optional();
const listQuery = z.strictObject({
  query: z.string().optional(),
  limit: z.coerce.number().int().min(1).optional(),
  cursor: z.uuid().optional(),
  order_by: z.enum(["signed_up_at"]).optional(),
  desc: flag,
  include_restricted: flag,
  include_anonymous: flag,
});

const userParams = z.object({ id: z.uuid() });

export const userEndpoints = (backend: Backend) => [
  endpoint(backend, "get", "/users/me", clientOrHigher, ({ caller }) => {
    return json(asSeenBy(caller, ownUser(caller)));
  }),

  endpoint(backend, "patch", "/users/me", clientOrHigher, async ({ caller, body }) => {
    const isClient = caller.accessType === "client";
    const fields = body<z.infer<typeof serverFields>>(isClient ? clientFields : serverFields);
    if (isClient && fields.profile_image_url && !fields.profile_image_url.startsWith("data:image/")) {
      throw new StatusError(400, "Invalid profile image URL");
    }
    if (fields.display_name?.includes("\0")) throw somethingWentWrong();
    const user = await patchUser(backend, ownUser(caller).id, await asColumns(fields));
    return json(asSeenBy(caller, user));
  }),

  endpoint(backend, "delete", "/users/me", clientOrHigher, async ({ caller }) => {
    if (caller.accessType === "client" && !backend.settings.allowsAccountDeletion) {
      throw new StatusError(400, "Client user deletion is not enabled for this project");
    }
    await removeUser(backend, ownUser(caller).id);
    return success();
  }),

  endpoint(backend, "get", "/users", serverOrHigher, async ({ query }) => {
    const search = query(listQuery);
    const found = await backend.database.query(
      usersPage(
        {
          query: search.query || undefined,
          cursor: search.cursor,
          limit: search.limit,
          newestFirst: search.desc === "true",
          includeRestricted: search.include_restricted === "true",
          includeAnonymous: search.include_anonymous === "true",
        },
        backend.settings,
      ),
    );
    const users = found.map(({ user }) => user);
    const next = search.limit === undefined ? undefined : users[search.limit];
    return json({
      items: users.slice(0, search.limit),
      is_paginated: true,
      pagination: { next_cursor: next?.id ?? null },
    });
  }),

  endpoint(backend, "post", "/users", serverOrHigher, async ({ body }) => {
    const fields = body(serverFields);
    for (const flag of ["primary_email_auth_enabled", "primary_email_verified"] as const) {
      if (fields[flag] && !fields.primary_email) {
        throw new StatusError(400, `${flag} cannot be true without primary_email`);
      }
    }
    return json(await addUser(backend, await asColumns(fields)), { status: 201 });
  }),

  endpoint(backend, "get", "/users/:id", serverOrHigher, async ({ params }) => {
    const [found] = await backend.database.query(userById(params(userParams).id, backend.settings));
    if (!found) throw userNotFound();
    return json(found.user);
  }),

  endpoint(backend, "patch", "/users/:id", serverOrHigher, async ({ params, body }) => {
    return json(await patchUser(backend, params(userParams).id, await asColumns(body(serverFields))));
  }),

  endpoint(backend, "delete", "/users/:id", serverOrHigher, async ({ params }) => {
    await removeUser(backend, params(userParams).id);
    return success();
  }),
];

function ownUser(caller: Caller): ServerUser {
  if (!caller.user) throw cannotGetOwnUserWithoutUser();
  return caller.user;
}

function asSeenBy(caller: Caller, user: ServerUser) {
  return caller.accessType === "client" ? clientUserSchema.parse(user) : user;
}

async function asColumns({
  password,
  primary_email: address,
  totp_secret_base64: totpSecret,
  selected_team_id: _noTeams,
  ...columns
}: z.infer<typeof serverFields>): Promise<UserFields> {
  return {
    ...columns,
    ...(totpSecret !== undefined && { requires_totp_mfa: totpSecret !== null }),
    primary_email: address ? normalized(address) : address,
    password_hash: typeof password === "string" ? await hashPassword(password) : password,
  };
}
