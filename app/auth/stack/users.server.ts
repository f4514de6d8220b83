import { z } from "zod";
import type { Tokens } from "#app/auth/provider/auth-provider.ts";
import { AuthFault } from "#app/auth/provider/errors.server.ts";
import { environment, type StackProject } from "#app/platform/environment.server.ts";
import { askStackAsServer, undefinedIfRefused } from "./client.server.ts";

/** Stack has no longer ids than Postgres can index, and none with characters that Postgres cannot store as text. */
export const userIdSchema = z.string().regex(/^[^\0\p{Surrogate}]{1,255}$/u);

/** A user as Stack shows them to servers, and of that all that has to be right to be stored. */
export const stackUserSchema = z.looseObject({
  id: userIdSchema,
  signed_up_at_millis: z.int().min(0).nullish(),
});
export type StackUser = z.infer<typeof stackUserSchema>;

const readLimitMs = 3_000;

/** A user as they are at Stack now. @returns undefined when there is no such user @throws {AuthFault} */
export async function readUser(id: string): Promise<StackUser | undefined> {
  const path = `/users/${encodeURIComponent(id)}`;
  const user = await askStackAsServer(environment().stack, readLimitMs, stackUserSchema, path).catch(
    undefinedIfRefused("USER_NOT_FOUND"),
  );
  if (user && user.id !== id) throw new AuthFault("Stack showed another user than it was asked for");
  return user;
}

/** A user as commands need them. */
const accountSchema = z
  .object({
    id: z.string().min(1),
    primary_email: z.string().nullable(),
    primary_email_verified: z.boolean(),
    server_metadata: z.unknown(),
  })
  .transform((user) => ({
    id: user.id,
    primaryEmail: user.primary_email,
    isVerified: user.primary_email_verified,
    /** Any JSON. */
    serverMetadata: user.server_metadata,
  }));
export type StackAccount = z.output<typeof accountSchema>;

const pageSchema = z.object({
  items: z.array(accountSchema),
  pagination: z.object({ next_cursor: z.string().nullable() }),
});

const tokensSchema = z.object({ access_token: z.string(), refresh_token: z.string() });

/** For each request of a command: a search may take Stack a while. */
const limitMs = 5_000;
const pageSize = 100;

/** Stack keeps addresses in lower case. */
export function isSameEmail(one: string | null, other: string): boolean {
  return one?.toLowerCase() === other.toLowerCase();
}

/**
 * The users with a primary email address, case ignored: several, where none of them signs in with it.
 * @throws {AuthFault}
 */
export async function accountsByPrimaryEmail(project: StackProject, email: string): Promise<StackAccount[]> {
  const found = new Map<string, StackAccount>();
  const cursors = new Set<string>();
  // By default restricted users are left out, and one of them may have the same address, unverified.
  const search = { query: email.toLowerCase(), include_restricted: "true", limit: String(pageSize) };
  let cursor: string | null = null;
  do {
    const parameters = new URLSearchParams(cursor === null ? search : { ...search, cursor });
    const page: z.output<typeof pageSchema> = await askStackAsServer(
      project,
      limitMs,
      pageSchema,
      `/users?${parameters}`,
    );
    // The search finds parts of names and of other addresses too; and pages overlap when users are added in between.
    for (const account of page.items) {
      if (isSameEmail(account.primaryEmail, email)) found.set(account.id, account);
    }
    cursor = page.pagination.next_cursor;
    if (cursor !== null && cursors.has(cursor)) throw new AuthFault("Stack's pages of users go in a circle");
    if (cursor !== null) cursors.add(cursor);
  } while (cursor !== null);
  return [...found.values()];
}

/** @throws {AuthFault}, also when there is no such user */
export function readAccount(project: StackProject, id: string): Promise<StackAccount> {
  return askStackAsServer(project, limitMs, accountSchema, `/users/${encodeURIComponent(id)}`);
}

/** Replaces all of a user's server metadata. @throws {AuthFault} after which it may be replaced all the same */
export async function replaceServerMetadata(
  project: StackProject,
  id: string,
  metadata: Record<string, unknown>,
): Promise<void> {
  await askStackAsServer(project, limitMs, accountSchema, `/users/${encodeURIComponent(id)}`, {
    method: "PATCH",
    body: { server_metadata: metadata },
  });
}

/** An account whose address counts as verified. */
export interface NewAccount {
  email: string;
  name: string;
  password: string;
  serverMetadata?: Record<string, unknown>;
}

/** @returns undefined where an account has that address already; it stays as it is @throws {AuthFault} */
export function createAccount(
  project: StackProject,
  { email, name, password, serverMetadata }: NewAccount,
): Promise<StackAccount | undefined> {
  return askStackAsServer(project, limitMs, accountSchema, "/users", {
    body: {
      primary_email: email,
      primary_email_verified: true,
      primary_email_auth_enabled: true,
      display_name: name,
      password,
      ...(serverMetadata && { server_metadata: serverMetadata }),
    },
  }).catch(undefinedIfRefused("USER_EMAIL_ALREADY_EXISTS"));
}

/** The tokens of a new session, which ends by itself after a minute. For doctor. @throws {AuthFault} */
export async function sessionOf(project: StackProject, userId: string): Promise<Tokens> {
  const { access_token, refresh_token } = await askStackAsServer(
    project,
    limitMs,
    tokensSchema,
    "/auth/sessions",
    {
      method: "POST",
      body: { user_id: userId, expires_in_millis: 60_000 },
    },
  );
  return { accessToken: access_token, refreshToken: refresh_token };
}

/** One account, if Stack has any. @throws {AuthFault} */
export async function anyAccount(project: StackProject): Promise<StackAccount | undefined> {
  const { items } = await askStackAsServer(
    project,
    limitMs,
    pageSchema,
    "/users?limit=1&include_restricted=true",
  );
  return items[0];
}
