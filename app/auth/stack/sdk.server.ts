import { type CurrentUser, StackClientApp } from "@stackframe/stack";
import type { Credentials, Tokens } from "#app/auth/provider/auth-provider.ts";
import { AuthFault } from "#app/auth/provider/errors.server.ts";
import { environment } from "#app/platform/environment.server.ts";
import { setName } from "./account.server.ts";
import { withinLimit } from "./client.server.ts";
import { untrustedOrigin } from "./requests.server.ts";

/** For several requests. Users get an answer within 5 s, even on a busy machine. */
const signInLimitMs = 4_000;
const signOutLimitMs = 2_000;

/** If Stack does not trust this site, it sends no email, but the account is created. */
export function signUp(
  { email, password, name }: Credentials & { name: string },
  verificationCallbackUrl: string,
): Promise<Tokens> {
  return withinLimit(signInLimitMs, async () => {
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
    const tokens = await tokensOf(app);
    if (name) await setName(tokens, name);
    return tokens;
  });
}

export function signIn({ email, password }: Credentials): Promise<Tokens> {
  return withinLimit(signInLimitMs, async () => {
    const app = newApp("memory");
    const result = await app.signInWithCredential({ email, password, noRedirect: true });
    if (result.status === "error") throw result.error;
    return tokensOf(app);
  });
}

export function signOut(tokens: Tokens): Promise<void> {
  return withinLimit(signOutLimitMs, async () => {
    const user = await newApp(tokens).getUser({ includeRestricted: true });
    await user?.signOut();
  });
}

/** One app object per attempt: a shared one with a memory store mixes up its users. */
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

/**
 * From the SDK's private session. Its public way, `getUser()`, asks Stack for the user and waits 0.3 s for the rate limit
 * of its cache; and `currentSession.getTokens()` fails if our clock is more than 75 s ahead of Stack's: it considers even
 * new tokens expired.
 */
async function tokensOf(app: StackClientApp): Promise<Tokens> {
  const session = await (app as unknown as WithSession)._getSession();
  const tokens = await session.getOrFetchLikelyValidTokens(0, null);
  if (!tokens?.refreshToken) throw new AuthFault("Stack gave no tokens");
  return { accessToken: tokens.accessToken.token, refreshToken: tokens.refreshToken.token };
}

interface WithSession {
  _getSession(): Promise<CurrentUser["_internalSession"]>;
}
