import { refreshTokenNotFoundOrExpired } from "./access-errors.ts";
import type { Backend } from "./backend.ts";
import { userIdDoesNotExist } from "./known-errors.ts";
import { browserIp } from "./requests.ts";
import { newRefreshToken, openSession, sessionLifetimeMs, touchSession } from "./sessions.ts";

/**
 * Opens a session for a user.
 * @returns the tokens, named as in answers
 * @throws {KnownError} when there is no such user
 */
export async function signedIn(
  backend: Backend,
  request: Request,
  userId: string,
  { lifetimeMs = sessionLifetimeMs, isImpersonation = false } = {},
) {
  const refreshToken = newRefreshToken();
  const ip = browserIp(request.headers);
  const [session] = await backend.database.query(
    openSession({ userId, refreshToken, lifetimeMs, isImpersonation, ip }, backend.settings),
  );
  if (!session) throw userIdDoesNotExist(userId);
  return {
    access_token: await backend.accessTokens.mint(session.user, session.id),
    refresh_token: refreshToken,
  };
}

/** @throws {KnownError} when the token is unknown, or its session ended or expired */
export async function refreshedAccessToken(
  backend: Backend,
  request: Request,
  refreshToken: string,
): Promise<string> {
  const ip = browserIp(request.headers);
  const [session] = await backend.database.query(touchSession(refreshToken, ip, backend.settings));
  if (!session) throw refreshTokenNotFoundOrExpired();
  return backend.accessTokens.mint(session.user, session.id);
}
