import { createCookie } from "@remix-run/node";
import { z } from "zod";
import { environment } from "#app/environment.server.ts";
import { logOutage } from "#app/http/unavailable.server.ts";
import { type AccessToken, type NoAccessToken, verifyAccessToken } from "./access-token.server.ts";
import { refreshAccessToken, signOut } from "./stack.server.ts";
import type { Tokens } from "./stack-app.server.ts";
import { StackFault } from "./stack-requests.server.ts";

/** Who is asking. Whether he may is decided by each statement, which looks at his profile's row. */
export interface Session {
  userId: string;
  /** As the access token has it; null for an account without one. */
  email: string | null;
  /**
   * Whether this session has found its profile's row once. A new user's row takes a moment to arrive;
   * when one that was there is gone, the user was deleted.
   */
  profileSeen: boolean;
  /** Seconds since 1970; undefined where the access token does not say. */
  signedUpAt: number | undefined;
  /** Seconds since 1970: how long the access token is good without Stack being asked. */
  expiresAt: number;
}

/** A request's session, if it has one, and the cookie to send back, if it changed. */
export interface SessionRead {
  session?: Session;
  setCookie?: string;
  /** Nobody is signed in any more, because the account was deleted: to be told once. */
  wasDeleted?: boolean;
}

const contentSchema = z.object({
  accessToken: z.string(),
  refreshToken: z.string(),
  profileSeen: z.boolean(),
});
type Content = z.infer<typeof contentSchema>;

/** What the cookie of a deleted user holds until he has been told. */
const farewellSchema = z.object({ wasDeleted: z.literal(true) });
const farewellSeconds = 10 * 60;

/** Tokens live ten minutes. One that dies sooner than this is replaced before the page is read. */
const refreshBeforeExpirySeconds = 30;

/**
 * Reads and verifies a request's session; asks Stack only for a token that is about to expire.
 * @throws {StackFault} when the token has expired, or is of an unknown key, and Stack cannot be reached
 */
export async function readSession(request: Request): Promise<SessionRead> {
  const header = request.headers.get("Cookie");
  if (!header?.includes(`${sessionCookie().name}=`)) return {};
  const value = await sessionCookie().parse(header);
  const content = contentSchema.safeParse(value).data;
  if (!content) {
    return { setCookie: await endSession(), wasDeleted: farewellSchema.safeParse(value).success };
  }

  const token = await verifyAccessToken(content.accessToken);
  if (token === "invalid") return { setCookie: await endSession() };
  if (typeof token === "object" && secondsLeft(token) > refreshBeforeExpirySeconds) {
    return { session: toSession(token, content) };
  }
  return renew(content, token);
}

/** Stack decides whether the session goes on; while it cannot, a token that is still good is good enough. */
async function renew(content: Content, token: AccessToken | NoAccessToken): Promise<SessionRead> {
  try {
    const accessToken = await refreshOnce(content.refreshToken);
    const renewed = accessToken ? await verifyAccessToken(accessToken) : "invalid";
    if (!accessToken || renewed === "invalid") return { setCookie: await endSession() };
    // That is nothing which the person could mend by signing in again.
    if (typeof renewed === "string") throw new StackFault(`Stack's new token is no good here: ${renewed}`);
    return {
      session: toSession(renewed, content),
      setCookie: await sessionCookie().serialize({ ...content, accessToken }),
    };
  } catch (error) {
    if (typeof token === "string") throw error;
    return { session: toSession(token, content) };
  }
}

/** How long requests that still carry the old token get the new one without asking Stack again. */
const refreshSharedMs = 30_000;
const refreshes = new Map<string, Promise<string | undefined>>();

/** A page's requests arrive together, each with the same old token: one of them asks, all of them wait. */
function refreshOnce(refreshToken: string): Promise<string | undefined> {
  let refresh = refreshes.get(refreshToken);
  if (!refresh) {
    refresh = refreshAccessToken(refreshToken);
    refreshes.set(refreshToken, refresh);
    const forget = () => refreshes.delete(refreshToken);
    refresh.then(() => setTimeout(forget, refreshSharedMs).unref(), forget);
  }
  return refresh;
}

/**
 * Whether a session's user was deleted: his profile is marked so, or it is gone although this session has seen it.
 * @param profile its row; undefined when there is none
 */
export function isDeleted(
  { profileSeen }: Pick<Session, "profileSeen">,
  profile: { isDeleted: boolean } | undefined,
): boolean {
  return profile ? profile.isDeleted : profileSeen;
}

/** The Set-Cookie value that signs a browser in. */
export function startSession(tokens: Tokens): Promise<string> {
  return sessionCookie().serialize({ ...tokens, profileSeen: false } satisfies Content);
}

/**
 * The Set-Cookie value that remembers that the profile's row was there.
 * @param setCookie the one that `readSession` gave, whose tokens are newer than the request's
 */
export async function rememberProfile(request: Request, setCookie: string | undefined): Promise<string> {
  const newest = setCookie?.split(";")[0] ?? request.headers.get("Cookie");
  return sessionCookie().serialize({ ...(await sessionCookie().parse(newest)), profileSeen: true });
}

/** The Set-Cookie value that signs a browser out. */
export function endSession(): Promise<string> {
  return sessionCookie().serialize("", { maxAge: 0, expires: new Date(0) });
}

/** The Set-Cookie value that signs out a user who was deleted, and lets the next page say so. */
export function endSessionOfDeleted(): Promise<string> {
  const farewell: z.infer<typeof farewellSchema> = { wasDeleted: true };
  return sessionCookie().serialize(farewell, { maxAge: farewellSeconds });
}

/** Ends a request's session at Stack. The browser is signed out whether or not Stack can be told. */
export async function revokeSession(request: Request): Promise<void> {
  const content = contentSchema.safeParse(await sessionCookie().parse(request.headers.get("Cookie"))).data;
  if (!content) return;
  await signOut(content).catch((error) => logOutage("Ending a session at Stack", error));
}

/**
 * One cookie: signed, not readable by scripts, not sent along by other sites. Tokens are not encrypted:
 * whoever holds the cookie is the user all the same.
 *
 * `__Host-` binds it to this host over https. Cookies ignore ports, so on plain http, where several local
 * instances may run side by side, the port is part of the name.
 */
function sessionCookie() {
  const { appOrigin, sessionSecret } = environment();
  const { protocol, port } = new URL(appOrigin);
  const secure = protocol === "https:";
  return createCookie(secure ? "__Host-todos-session" : `todos-session-${port || "80"}`, {
    httpOnly: true,
    sameSite: "lax",
    path: "/",
    secure,
    secrets: [sessionSecret],
    maxAge: 365 * 24 * 60 * 60,
  });
}

function toSession(token: AccessToken, content: Content): Session {
  const { userId, email, signedUpAt, expiresAt } = token;
  return { userId, email, signedUpAt, expiresAt, profileSeen: content.profileSeen };
}

function secondsLeft(token: AccessToken): number {
  return token.expiresAt - Date.now() / 1_000;
}
