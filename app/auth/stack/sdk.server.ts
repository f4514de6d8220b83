import { type CurrentUser, StackClientApp } from "@stackframe/stack";
import type { Credentials, Tokens } from "#app/auth/provider/auth-provider.ts";
import { AuthFault } from "#app/auth/provider/errors.server.ts";
import { environment } from "#app/platform/environment.server.ts";
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
    const user = await app.getUser({ or: "throw", includeRestricted: true });
    if (name) await user.update({ displayName: name });
    return tokensOf(user);
  });
}

export function signIn({ email, password }: Credentials): Promise<Tokens> {
  return withinLimit(signInLimitMs, async () => {
    const app = newApp("memory");
    const result = await app.signInWithCredential({ email, password, noRedirect: true });
    if (result.status === "error") throw result.error;
    return tokensOf(await app.getUser({ or: "throw", includeRestricted: true }));
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
 * `currentSession.getTokens()` fails if our clock is more than 75 s ahead of Stack's: it considers even new tokens
 * expired.
 */
async function tokensOf({ _internalSession: session }: CurrentUser): Promise<Tokens> {
  const tokens = await session.getOrFetchLikelyValidTokens(0, null);
  if (!tokens?.refreshToken) throw new AuthFault("Stack gave no tokens");
  return { accessToken: tokens.accessToken.token, refreshToken: tokens.refreshToken.token };
}
