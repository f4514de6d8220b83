import { setTimeout as delay } from "node:timers/promises";
import type { StackClientApp as ClientApp, CurrentUser } from "@stackframe/stack";
import type { Credentials, Tokens } from "#app/auth/provider/auth-provider.ts";
import { AuthFault } from "#app/auth/provider/errors.server.ts";
import { environment } from "#app/platform/environment.server.ts";
import { logOutage } from "#app/platform/log.server.ts";
import { setName } from "./account.server.ts";
import { withinLimit } from "./client.server.ts";
import { untrustedOrigin } from "./requests.server.ts";

/** Stack took 1.2 to 4.7 s for a sign-up on a slow machine, and longer for its first. */
const signUpLimitMs = 10_000;
/** Users get an answer within 5 s, even on a busy machine. */
const signInLimitMs = 4_000;
const signOutLimitMs = 2_000;
/** How long a new user waits for their name. */
const nameWaitMs = 3_000;
const nameLimitMs = 10_000;
/** The pauses between attempts to set it. */
const namePausesMs = [1_000, 5_000, 30_000];

export async function signUp(
  { name, ...credentials }: Credentials & { name: string },
  verificationCallbackUrl: string,
): Promise<Tokens> {
  const tokens = await createAccount(credentials, verificationCallbackUrl).catch((error) =>
    signInIfCreated(credentials, error),
  );
  if (name)
    await Promise.race([setNameWhenPossible(tokens, name), delay(nameWaitMs, undefined, { ref: false })]);
  return tokens;
}

/** If Stack does not trust this site, it sends no email, but the account is created. */
async function createAccount(
  { email, password }: Credentials,
  verificationCallbackUrl: string,
): Promise<Tokens> {
  const newApp = await loadSdk();
  return withinLimit(signUpLimitMs, async () => {
    const app = newApp("memory");
    // Stack stores addresses in lower case, and finds no others when their codes come back.
    const credentials = { email: email.toLowerCase(), password, noRedirect: true };
    const result = await app
      .signUpWithCredential({ ...credentials, verificationCallbackUrl })
      .catch((error) => {
        if (error.errorCode !== untrustedOrigin) throw error;
        return app.signUpWithCredential({ ...credentials, noVerificationCallback: true });
      });
    if (result.status === "error") throw result.error;
    return tokensOf(app);
  });
}

/** Without Stack's answer the account may exist all the same: then its password signs in. */
async function signInIfCreated(credentials: Credentials, error: unknown): Promise<Tokens> {
  if (!(error instanceof AuthFault) || error.status === 429) throw error;
  return signIn(credentials).catch(() => {
    throw error;
  });
}

/** Goes on after the answer, so that a slow Stack does not lose the name. Never rejects. */
async function setNameWhenPossible(tokens: Tokens, name: string): Promise<void> {
  for (const pauseMs of [...namePausesMs, undefined]) {
    try {
      return await withinLimit(nameLimitMs, () => setName(tokens, name));
    } catch (error) {
      logOutage("Setting the name of a new user", error);
      if (pauseMs === undefined || !(error instanceof AuthFault)) return;
      await delay(pauseMs, undefined, { ref: false });
    }
  }
}

export async function signIn({ email, password }: Credentials): Promise<Tokens> {
  const newApp = await loadSdk();
  return withinLimit(signInLimitMs, async () => {
    const app = newApp("memory");
    const result = await app.signInWithCredential({ email, password, noRedirect: true });
    if (result.status === "error") throw result.error;
    return tokensOf(app);
  });
}

export async function signOut(tokens: Tokens): Promise<void> {
  const newApp = await loadSdk();
  return withinLimit(signOutLimitMs, async () => {
    const user = await newApp(tokens).getUser({ includeRestricted: true });
    await user?.signOut();
  });
}

/**
 * Loads the SDK at the first attempt: it takes 0.25 s, and pages do without it. A time limit is for Stack alone, and starts
 * after this.
 * @returns what makes an app object. One per attempt: a shared one with a memory store mixes up its users.
 */
async function loadSdk() {
  const { StackClientApp } = await import("@stackframe/stack");
  return (tokenStore: "memory" | Tokens) => {
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
  };
}

/**
 * From the SDK's private session. Its public way, `getUser()`, asks Stack for the user and waits 0.3 s for the rate limit
 * of its cache; and `currentSession.getTokens()` fails if our clock is more than 75 s ahead of Stack's: it considers even
 * new tokens expired.
 */
async function tokensOf(app: ClientApp): Promise<Tokens> {
  const session = await (app as unknown as WithSession)._getSession();
  const tokens = await session.getOrFetchLikelyValidTokens(0, null);
  if (!tokens?.refreshToken) throw new AuthFault("Stack gave no tokens");
  return { accessToken: tokens.accessToken.token, refreshToken: tokens.refreshToken.token };
}

interface WithSession {
  _getSession(): Promise<CurrentUser["_internalSession"]>;
}
