import { StackClientApp } from "@stackframe/stack";
import { environment } from "#app/environment.server.ts";

/** What Stack hands out at a sign-in. */
export interface Tokens {
  accessToken: string;
  refreshToken: string;
}

/** Stack did not answer in time, or answered with something that is no answer. */
export class StackFault extends Error {
  override name = "StackFault";
}

/** Stack understood and said no; `code` is its known-error code, such as `EMAIL_PASSWORD_MISMATCH`. */
export class StackRefusal extends Error {
  override name = "StackRefusal";
  constructor(readonly code: string) {
    super(`Stack refused: ${code}`);
  }
}

/** The SDK itself retries for up to 22 s, and waits for ever when Stack hangs. */
const signInLimitMs = 4_500;
const refreshLimitMs = 3_000;
const signOutLimitMs = 2_000;

/**
 * Creates a user and a session.
 * @throws {StackRefusal | StackFault}
 */
export function signUp(credentials: { email: string; password: string; name: string }): Promise<Tokens> {
  return withinLimit(signInLimitMs, async () => {
    const app = newApp("memory");
    const { name, ...emailAndPassword } = credentials;
    orRefusal(
      await app.signUpWithCredential({ ...emailAndPassword, noRedirect: true, noVerificationCallback: true }),
    );
    const user = await app.getUser({ or: "throw" });
    if (name) await user.update({ displayName: name });
    return tokensOf(user);
  });
}

/**
 * Creates a session for a user who knows the password.
 * @throws {StackRefusal | StackFault}
 */
export function signIn(credentials: { email: string; password: string }): Promise<Tokens> {
  return withinLimit(signInLimitMs, async () => {
    const app = newApp("memory");
    orRefusal(await app.signInWithCredential({ ...credentials, noRedirect: true }));
    return tokensOf(await app.getUser({ or: "throw" }));
  });
}

/**
 * Ends the session at Stack: its refresh token is worth nothing afterwards.
 * @throws {StackRefusal | StackFault}
 */
export function signOut(tokens: Tokens): Promise<void> {
  return withinLimit(signOutLimitMs, async () => {
    const user = await newApp(tokens).getUser();
    await user?.currentSession.getTokens();
    await user?.signOut();
  });
}

/**
 * A new access token for a session.
 *
 * One request, made without the SDK, which would also fetch the user. Refresh tokens do not rotate.
 * @returns undefined when the session was ended or the user deleted
 * @throws {StackFault}
 */
export async function refreshAccessToken(refreshToken: string): Promise<string | undefined> {
  const { apiUrl, projectId, publishableClientKey } = environment().stack;
  try {
    const response = await fetch(`${apiUrl}/api/v1/auth/sessions/current/refresh`, {
      method: "POST",
      headers: {
        "x-stack-access-type": "client",
        "x-stack-project-id": projectId,
        "x-stack-publishable-client-key": publishableClientKey,
        "x-stack-refresh-token": refreshToken,
      },
      signal: AbortSignal.timeout(refreshLimitMs),
    });
    if (response.status === 401) return undefined;
    const body = response.ok ? await response.json() : undefined;
    if (typeof body?.access_token === "string") return body.access_token;
    throw new StackFault(`Stack answered the refresh with ${response.status}`);
  } catch (error) {
    throw error instanceof StackFault
      ? error
      : new StackFault("Stack could not be reached", { cause: error });
  }
}

/** One app object per attempt: a shared one with a memory store mixes its users up. */
function newApp(tokenStore: "memory" | Tokens) {
  const { apiUrl, projectId, publishableClientKey } = environment().stack;
  return new StackClientApp({
    baseUrl: apiUrl,
    projectId,
    publishableClientKey,
    tokenStore,
    redirectMethod: "none",
    noAutomaticPrefetch: true,
    devTool: false,
  });
}

async function tokensOf(user: {
  currentSession: { getTokens(): Promise<{ accessToken: string | null; refreshToken: string | null }> };
}): Promise<Tokens> {
  const { accessToken, refreshToken } = await user.currentSession.getTokens();
  if (!accessToken || !refreshToken) throw new StackFault("Stack gave no tokens");
  return { accessToken, refreshToken };
}

function orRefusal(result: { status: "ok" } | { status: "error"; error: unknown }): void {
  if (result.status === "error") throw result.error;
}

async function withinLimit<T>(limitMs: number, attempt: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StackFault(`Stack took longer than ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([attempt(), limit]);
  } catch (error) {
    if (error instanceof StackFault) throw error;
    const code = (error as { errorCode?: unknown }).errorCode;
    if (typeof code === "string") throw new StackRefusal(code);
    throw new StackFault("Stack could not be reached", { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
