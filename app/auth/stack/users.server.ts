import { z } from "zod";
import type { StackProject } from "#app/platform/environment.server.ts";
import type { Tokens } from "./app.server.ts";
import { askingStack, StackFault } from "./requests.server.ts";

/** What a command has to know of a user at Stack. */
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

/** A command has nobody to whom a refusal could be shown beside a field: to most of them it is a fault like others. */
class RefusedByStack extends StackFault {
  constructor(readonly code: string) {
    super(`Stack refused with ${code}`);
  }
}

/** For each request. Nobody waits for a page here, and a search of Stack's may take a while. */
const limitMs = 5_000;
const pageSize = 100;

/** Whether two e-mail addresses are the same to Stack, which keeps them in lower case. */
export function isSameEmail(one: string | null, other: string): boolean {
  return one?.toLowerCase() === other.toLowerCase();
}

/**
 * The users with a primary e-mail address, case ignored: several, where none of them signs in with it.
 * @throws {StackFault}
 */
export async function accountsByPrimaryEmail(project: StackProject, email: string): Promise<StackAccount[]> {
  const found = new Map<string, StackAccount>();
  const cursors = new Set<string>();
  // Restricted users are left out unless asked for. A project that wants verified addresses restricts the others,
  // and one of those may have the same address.
  const search = { query: email.toLowerCase(), include_restricted: "true", limit: String(pageSize) };
  let cursor: string | null = null;
  do {
    const parameters = new URLSearchParams(cursor === null ? search : { ...search, cursor });
    const page: z.output<typeof pageSchema> = await ask(project, pageSchema, `/users?${parameters}`);
    // The search finds parts of names and of other addresses too; and pages overlap when users come in between.
    for (const account of page.items) {
      if (isSameEmail(account.primaryEmail, email)) found.set(account.id, account);
    }
    cursor = page.pagination.next_cursor;
    if (cursor !== null && cursors.has(cursor)) throw new StackFault("Stack's pages of users go in a circle");
    if (cursor !== null) cursors.add(cursor);
  } while (cursor !== null);
  return [...found.values()];
}

/** A user as he is at Stack now. @throws {StackFault}, also when there is no such user */
export function readAccount(project: StackProject, id: string): Promise<StackAccount> {
  return ask(project, accountSchema, `/users/${encodeURIComponent(id)}`);
}

/** Replaces all of a user's server metadata. @throws {StackFault} after which it may be replaced all the same */
export async function replaceServerMetadata(
  project: StackProject,
  id: string,
  metadata: Record<string, unknown>,
): Promise<void> {
  await ask(project, accountSchema, `/users/${encodeURIComponent(id)}`, {
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

/** @returns undefined where somebody signs in with that address already; he stays as he is @throws {StackFault} */
export async function createAccount(
  project: StackProject,
  { email, name, password, serverMetadata }: NewAccount,
): Promise<StackAccount | undefined> {
  try {
    return await ask(project, accountSchema, "/users", {
      method: "POST",
      body: {
        primary_email: email,
        primary_email_verified: true,
        primary_email_auth_enabled: true,
        display_name: name,
        password,
        ...(serverMetadata && { server_metadata: serverMetadata }),
      },
    });
  } catch (error) {
    if (error instanceof RefusedByStack && error.code === "USER_EMAIL_ALREADY_EXISTS") return undefined;
    throw error;
  }
}

/**
 * The tokens of a new session of somebody's, which ends by itself after a minute. For those who want to see whether
 * tokens are what they have to be.
 * @throws {StackFault}
 */
export async function sessionOf(project: StackProject, userId: string): Promise<Tokens> {
  const { access_token, refresh_token } = await ask(project, tokensSchema, "/auth/sessions", {
    method: "POST",
    body: { user_id: userId, expires_in_millis: 60_000 },
  });
  return { accessToken: access_token, refreshToken: refresh_token };
}

/** Whether Stack has an account at all, and lets us see it: one of them. @throws {StackFault} */
export async function anyAccount(project: StackProject): Promise<StackAccount | undefined> {
  const { items } = await ask(project, pageSchema, "/users?limit=1&include_restricted=true");
  return items[0];
}

/**
 * Asks Stack as a server may. Without the SDK, which would take longer to load than the answers take.
 */
async function ask<T>(
  project: StackProject,
  schema: z.ZodType<T>,
  path: string,
  { method = "GET", body }: { method?: "GET" | "POST" | "PATCH"; body?: object } = {},
): Promise<T> {
  const { apiUrl, projectId, secretServerKey } = project;
  return askingStack(project, limitMs, async () => {
    const response = await fetch(`${apiUrl}/api/v1${path}`, {
      method,
      headers: {
        "x-stack-access-type": "server",
        "x-stack-project-id": projectId,
        "x-stack-secret-server-key": secretServerKey,
        ...(body && { "content-type": "application/json" }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const refusal = response.headers.get("x-stack-known-error");
    if (refusal) throw new RefusedByStack(refusal);
    try {
      return schema.parse(await response.json());
    } catch (cause) {
      throw new StackFault("Stack's answer makes no sense", { cause });
    }
  });
}
