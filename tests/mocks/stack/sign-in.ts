import { refreshTokenNotFoundOrExpired } from "./access-errors.ts";
import type { Backend } from "./backend.ts";
import { secondFactorRequired, userIdDoesNotExist } from "./known-errors.ts";
import { browserIp } from "./requests.ts";
import { newRefreshToken, openSession, sessionLifetimeMs, touchSession } from "./sessions.ts";
import { userById } from "./users.ts";

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

/**
 * Like `signedIn`, for a user who signs in.
 * @throws {KnownError} also for a user with a second factor, which the stand-in has no way to ask for
 */
export async function signedInByUser(backend: Backend, request: Request, userId: string) {
  const [found] = await backend.database.query(userById(userId, backend.settings));
  if (found?.user.requires_totp_mfa) throw secondFactorRequired();
  return signedIn(backend, request, userId);
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
