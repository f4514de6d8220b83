import { z } from "zod";
import type { Tokens } from "#app/auth/provider/auth-provider.ts";
import { AuthFault } from "#app/auth/provider/errors.server.ts";
import { environment, type StackProject } from "#app/platform/environment.server.ts";
import { askStackAsServer, undefinedIfRefused } from "./client.server.ts";

/** Short enough for a Postgres index, and with no characters that Postgres cannot store as text. */
export const userIdSchema = z.string().regex(/^[^\0\p{Surrogate}]{1,255}$/u);

/** A user as Stack shows them to servers. What is checked must be right to be stored. */
export const stackUserSchema = z.looseObject({
  id: userIdSchema,
  signed_up_at_millis: z.int().min(0).nullish(),
});
export type StackUser = z.infer<typeof stackUserSchema>;

const readLimitMs = 3_000;

/** @throws {AuthFault} */
export async function readUser(id: string): Promise<StackUser | undefined> {
  const path = `/users/${encodeURIComponent(id)}`;
  const user = await askStackAsServer(environment().stack, readLimitMs, stackUserSchema, path).catch(
    undefinedIfRefused("USER_NOT_FOUND"),
  );
  if (user && user.id !== id) throw new AuthFault("Stack showed another user than it was asked for");
  return user;
}

/** What commands need. */
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

/** For each request of a command. Searches are slow. */
const limitMs = 5_000;
const pageSize = 100;

export function isSameEmail(one: string | null, other: string): boolean {
  return one?.toLowerCase() === other.toLowerCase();
}

/** Case is ignored. Several accounts may share an address that none of them signs in with. @throws {AuthFault} */
export async function accountsByPrimaryEmail(project: StackProject, email: string): Promise<StackAccount[]> {
  const found = new Map<string, StackAccount>();
  const cursors = new Set<string>();
  // By default the search leaves out restricted users, who may have the same address, unverified.
  const search = { query: email.toLowerCase(), include_restricted: "true", limit: String(pageSize) };
  let cursor: string | null = null;
  do {
    const parameters = new URLSearchParams(cursor === null ? search : { ...search, cursor });
    const path = `/users?${parameters}`;
    const page: z.output<typeof pageSchema> = await askStackAsServer(project, limitMs, pageSchema, path);
    // The search also finds parts of names and of other addresses, and pages overlap if users are added in between.
    for (const account of page.items) {
      if (isSameEmail(account.primaryEmail, email)) found.set(account.id, account);
    }
    cursor = page.pagination.next_cursor;
    if (cursor !== null && cursors.has(cursor)) throw new AuthFault("Stack's pages of users go in a circle");
    if (cursor !== null) cursors.add(cursor);
  } while (cursor !== null);
  return [...found.values()];
}

/** @throws {AuthFault} also if there is no such user */
export function readAccount(project: StackProject, id: string): Promise<StackAccount> {
  return askStackAsServer(project, limitMs, accountSchema, `/users/${encodeURIComponent(id)}`);
}

/** @throws {AuthFault} after which it may be replaced anyway */
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

/** Its address counts as verified. */
export interface NewAccount {
  email: string;
  name: string;
  password: string;
  serverMetadata?: Record<string, unknown>;
}

/** @returns undefined if an account, which is left alone, already has that address @throws {AuthFault} */
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

/** A new session of one minute. @throws {AuthFault} */
export async function sessionOf(project: StackProject, userId: string): Promise<Tokens> {
  const tokens = await askStackAsServer(project, limitMs, tokensSchema, "/auth/sessions", {
    body: { user_id: userId, expires_in_millis: 60_000 },
  });
  return { accessToken: tokens.access_token, refreshToken: tokens.refresh_token };
}

/** @throws {AuthFault} */
export async function anyAccount(project: StackProject): Promise<StackAccount | undefined> {
  const path = "/users?limit=1&include_restricted=true";
  return (await askStackAsServer(project, limitMs, pageSchema, path)).items[0];
}
