import { decodeJwt } from "jose";
import { z } from "zod";
import type { AccessToken, RestrictedToken, Tokens } from "#app/auth/provider/auth-provider.ts";
import { AuthFault } from "#app/auth/provider/errors.server.ts";
import { authProvider } from "#app/auth/provider.server.ts";
import { clearCookie, secretCookie } from "#app/http/cookies.server.ts";
import { log, logOutage } from "#app/platform/log.server.ts";
import { requestContext } from "#app/platform/request-context.server.ts";
import { verifyAccessToken } from "./access-token.server.ts";
import { refreshNow, refreshOnce } from "./refreshes.server.ts";
import { restrictedAnswer } from "./restricted-answer.server.ts";

/** Who is asking. Whether they may is decided by each statement, which looks at their profile's row. */
export interface Session {
  userId: string;
  /** As the access token has it; null for an account without one. */
  email: string | null;
  /** As the access token has it. */
  emailVerified: boolean;
  /** As the access token has it; null for an account without one. */
  name: string | null;
  /**
   * Whether this session has found its profile's row once. A new user's row takes a moment to arrive; when a row
   * that was there is gone, the user was deleted.
   */
  profileSeen: boolean;
  /** Seconds since 1970; undefined where the access token does not say. */
  signedUpAt: number | undefined;
  /** Seconds since 1970: how long the access token is good without asking the provider. */
  expiresAt: number;
}

/** A request's session, if it has one, and the cookie to send back, if it changed. */
export interface SessionRead {
  session?: Session | undefined;
  setCookie?: string | undefined;
  /** The session is over because the account was deleted. */
  wasDeleted?: boolean | undefined;
}

/** The same with the tokens. A restricted user has tokens and no session. */
export interface TokensRead extends SessionRead {
  signedIn?: { token: AccessToken | RestrictedToken; tokens: Tokens };
  /** The token is a new one, and the one before was restricted. */
  wasRestricted?: boolean;
}

const contentSchema = z.object({
  accessToken: z.string(),
  refreshToken: z.string(),
  profileSeen: z.boolean(),
});
type Content = z.infer<typeof contentSchema>;

/**
 * What the cookie of a deleted user holds for a while, or until the next sign-in. It does not end with the first
 * answer that says so: a live page may have asked for that one, and be left before it arrives.
 */
const farewellSchema = z.object({ wasDeleted: z.literal(true) });
const farewellSeconds = 10 * 60;

/** Refresh tokens live as long. */
const sessionSeconds = 365 * 24 * 60 * 60;

/** Tokens live ten minutes. One that dies sooner than this is replaced before the page is read. */
const refreshBeforeExpirySeconds = 30;

/**
 * Asks the provider only when the token is about to expire.
 * @throws {AuthFault} when the token has expired, or has an unknown key, and the provider cannot be reached
 * @throws {Response} for restricted users: a redirect to where they can do something about it
 */
export async function readSession(request: Request): Promise<SessionRead> {
  const { signedIn, ...read } = await readTokens(request);
  if (signedIn?.token.restriction) throw restrictedAnswer(request, read.setCookie);
  return read;
}

/**
 * The same for callers that answer restricted users themselves.
 * @throws {AuthFault}
 */
export async function readTokens(request: Request): Promise<TokensRead> {
  const { content, ...read } = await readContent(request);
  if (!content) return read;
  const token = await verifyAccessToken(content.accessToken);
  if (token === "invalid") return { setCookie: await endSession() };
  if (typeof token === "object" && !isAboutToExpire(token)) return toRead(token, content);
  try {
    return await renew(content, refreshOnce(content.refreshToken));
  } catch (error) {
    // The provider decides whether the session goes on; while it cannot, a token that is still good is good enough.
    if (typeof token === "string") throw error;
    return toRead(token, content);
  }
}

/**
 * A request's tokens with a new access token, which says what is true now.
 * @param isEnough whether the request's own token will do
 * @throws {AuthFault}
 */
export async function renewTokens(
  request: Request,
  isEnough: (token: AccessToken | RestrictedToken) => boolean = () => false,
): Promise<TokensRead> {
  const { content, ...read } = await readContent(request);
  if (!content) return read;
  const token = await verifyAccessToken(content.accessToken);
  if (typeof token === "object" && !isAboutToExpire(token) && isEnough(token)) return toRead(token, content);
  const wasRestricted = typeof token === "object" && token.restriction !== undefined;
  return { ...(await renew(content, refreshNow(content.refreshToken))), wasRestricted };
}

async function readContent(
  request: Request,
): Promise<{ content?: Content; setCookie?: string; wasDeleted?: boolean }> {
  const header = request.headers.get("Cookie");
  if (!header?.includes(`${sessionCookie().name}=`)) return {};
  const value = await sessionCookie().parse(header);
  const content = contentSchema.safeParse(value).data;
  if (content) return { content };
  if (farewellSchema.safeParse(value).success) return { wasDeleted: true };
  return { setCookie: await endSession() };
}

/** @param refresh brings the session's new access token, if it has one */
async function renew(content: Content, refresh: Promise<string | undefined>): Promise<TokensRead> {
  const accessToken = await refresh;
  const token = accessToken ? await verifyAccessToken(accessToken) : "invalid";
  if (!accessToken || token === "invalid") return { setCookie: await endSession() };
  // Signing in again would not fix that.
  if (typeof token === "string") throw new AuthFault(`The provider's new token is no good here: ${token}`);
  const renewed = { ...content, accessToken };
  return { ...toRead(token, renewed), setCookie: await sessionCookie().serialize(renewed) };
}

function toRead(token: AccessToken | RestrictedToken, content: Content): TokensRead {
  const context = requestContext();
  if (context) context.userId = token.userId;
  const signedIn = { token, tokens: content };
  return token.restriction ? { signedIn } : { signedIn, session: toSession(token, content) };
}

/**
 * Whether a session's user was deleted: the profile is marked so, or is gone although this session has seen it.
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
  return clearCookie(sessionCookie());
}

/** The Set-Cookie value that signs out a user who was deleted, and lets the next pages say so. */
export function endSessionOfDeleted(): Promise<string> {
  const farewell: z.infer<typeof farewellSchema> = { wasDeleted: true };
  return sessionCookie().serialize(farewell, { maxAge: farewellSeconds });
}

/** The browser is signed out whether or not the provider can be told. */
export async function revokeSession(request: Request): Promise<void> {
  const content = await contentOf(request.headers.get("Cookie"));
  if (!content) return;
  log.info({ event: "signed out", userId: userOf(content) }, "A user has signed out");
  await authProvider()
    .signOut(content)
    .catch((error) => logOutage("Ending a session at the provider", error));
}

/** Also for an expired token: the cookie is signed. */
function userOf({ accessToken }: Content): string | undefined {
  try {
    return decodeJwt(accessToken).sub;
  } catch {
    return undefined;
  }
}

/** @param cookie as a request's header or a Set-Cookie value has it */
async function contentOf(cookie: string | null | undefined): Promise<Content | undefined> {
  return contentSchema.safeParse(await sessionCookie().parse(cookie ?? null)).data;
}

function sessionCookie() {
  return secretCookie("todos-session", sessionSeconds);
}

function toSession(token: AccessToken, content: Content): Session {
  return { ...token, profileSeen: content.profileSeen };
}

function isAboutToExpire({ expiresAt }: AccessToken | RestrictedToken): boolean {
  return expiresAt - Date.now() / 1_000 <= refreshBeforeExpirySeconds;
}
