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
export interface Session extends AccessToken {
  /** A new user's row takes a moment to arrive; if a row that was there is gone, the user was deleted. */
  profileSeen: boolean;
}

export interface SessionRead {
  session?: Session | undefined;
  /** To send back, if the cookie changed. */
  setCookie?: string | undefined;
  /** The session is over because the account was deleted. */
  wasDeleted?: boolean | undefined;
}

/** A restricted user has tokens and no session. */
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
 * What the cookie of a deleted user holds for a while. The first answer does not clear it: a live page may have asked
 * for that one, and be left before it arrives.
 */
const farewellSchema = z.object({ wasDeleted: z.literal(true) });
const farewellSeconds = 10 * 60;

/** As long as refresh tokens live. */
const sessionSeconds = 365 * 24 * 60 * 60;

/** Tokens live ten minutes. */
const refreshBeforeExpirySeconds = 30;

/**
 * @throws {AuthFault} as `readTokens`
 * @throws {Response} for restricted users: a redirect to where they can verify their address
 */
export async function readSession(request: Request): Promise<SessionRead> {
  return unlessRestricted(request, await readTokens(request));
}

export function unlessRestricted(request: Request, read: TokensRead): TokensRead {
  if (read.signedIn?.token.restriction) throw restrictedAnswer(request, read.setCookie);
  return read;
}

/**
 * Asks the provider only when the token is about to expire.
 * @throws {AuthFault} when the token has expired, or has an unknown key, and the provider cannot be reached
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
    // While the provider cannot be reached, a token that has not expired is good enough.
    if (typeof token === "string") throw error;
    return toRead(token, content);
  }
}

/** Asks for a new access token, which says what is true now, unless the old `isEnough`. @throws {AuthFault} */
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

async function renew(content: Content, refresh: Promise<string | undefined>): Promise<TokensRead> {
  const accessToken = await refresh;
  const token = accessToken ? await verifyAccessToken(accessToken) : "invalid";
  if (!accessToken || token === "invalid") return { setCookie: await endSession() };
  if (typeof token === "string") throw new AuthFault(`The provider's new token is no good here: ${token}`);
  const renewed = { ...content, accessToken };
  return { ...toRead(token, renewed), setCookie: await sessionCookie().serialize(renewed) };
}

function toRead(token: AccessToken | RestrictedToken, content: Content): TokensRead {
  const context = requestContext();
  if (context) context.userId = token.userId;
  const signedIn = { token, tokens: content };
  return token.restriction
    ? { signedIn }
    : { signedIn, session: { ...token, profileSeen: content.profileSeen } };
}

export function isDeleted(
  { profileSeen }: Pick<Session, "profileSeen">,
  profile: { isDeleted: boolean } | undefined,
): boolean {
  return profile ? profile.isDeleted : profileSeen;
}

// The functions below that start, change or end a session return a Set-Cookie value.

export function startSession(tokens: Tokens): Promise<string> {
  return sessionCookie().serialize({ ...tokens, profileSeen: false } satisfies Content);
}

/** @param setCookie as `readSession` gave it: its tokens are newer than the request's */
export async function rememberProfile(request: Request, setCookie: string | undefined): Promise<string> {
  const newest = setCookie?.split(";")[0] ?? request.headers.get("Cookie");
  return sessionCookie().serialize({ ...(await sessionCookie().parse(newest)), profileSeen: true });
}

export function endSession(): Promise<string> {
  return clearCookie(sessionCookie());
}

/** Lets the next pages say that the account was deleted. */
export function endSessionOfDeleted(): Promise<string> {
  const farewell: z.infer<typeof farewellSchema> = { wasDeleted: true };
  return sessionCookie().serialize(farewell, { maxAge: farewellSeconds });
}

/** Ends the session at the provider, if it can be reached; otherwise only logs. */
export async function revokeSession(request: Request): Promise<void> {
  const { content } = await readContent(request);
  if (!content) return;
  log.info({ event: "signed out", userId: userOf(content) }, "A user has signed out");
  await authProvider()
    .signOut(content)
    .catch((error) => logOutage("Ending a session at the provider", error));
}

/** Unverified, so that an expired token will do: the cookie is signed. */
function userOf({ accessToken }: Content): string | undefined {
  try {
    return decodeJwt(accessToken).sub;
  } catch {
    return undefined;
  }
}

function sessionCookie() {
  return secretCookie("todos-session", sessionSeconds);
}

function isAboutToExpire({ expiresAt }: AccessToken | RestrictedToken): boolean {
  return expiresAt - Date.now() / 1_000 <= refreshBeforeExpirySeconds;
}
