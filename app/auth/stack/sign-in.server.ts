import { z } from "zod";
import { environment } from "#app/platform/environment.server.ts";
import { newApp, orRefusal, type Tokens, tokensOf, withinLimit } from "./app.server.ts";
import { StackFault } from "./requests.server.ts";
import { logUntrustedOrigin, untrustedOrigin } from "./untrusted-origin.server.ts";

/** Longer than Postgres can index, and characters that its text cannot hold, are in no id of Stack's. */
export const userIdSchema = z.string().regex(/^[^\0\p{Surrogate}]{1,255}$/u);

/** A user as Stack shows him to servers. Of all that he comes with, this is what has to be right to be stored. */
export const stackUserSchema = z.looseObject({
  id: userIdSchema,
  signed_up_at_millis: z.int().min(0).nullish(),
});
export type StackUser = z.infer<typeof stackUserSchema>;

/** A sign-in or sign-up is several requests; whoever waits has his answer within 5 s, on a busy machine too. */
const signInLimitMs = 4_000;
const refreshLimitMs = 3_000;
const signOutLimitMs = 2_000;
const readUserLimitMs = 3_000;

/**
 * Creates a user and a session, and has a mail sent that leads to where he confirms his address.
 *
 * Where Stack does not know this site it sends none; the account is made all the same, and the log says what to mend.
 * @param verificationCallbackUrl where the mail's link leads
 * @throws {StackRefusal | StackFault}
 */
export function signUp(
  { email, password, name }: { email: string; password: string; name: string },
  verificationCallbackUrl: string,
): Promise<Tokens> {
  return withinLimit(signInLimitMs, async () => {
    const app = newApp("memory");
    // Stack keeps addresses in lower case, and does not find one of another case when its code comes back.
    const credentials = { email: email.toLowerCase(), password, noRedirect: true };
    const result = await app
      .signUpWithCredential({ ...credentials, verificationCallbackUrl })
      .catch((error) => {
        if (error.errorCode !== untrustedOrigin) throw error;
        logUntrustedOrigin("POST /sign-up");
        return app.signUpWithCredential({ ...credentials, noVerificationCallback: true });
      });
    orRefusal(result);
    const user = await app.getUser({ or: "throw", includeRestricted: true });
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
    return tokensOf(await app.getUser({ or: "throw", includeRestricted: true }));
  });
}

/**
 * Ends the session at Stack: its refresh token is worth nothing afterwards.
 * @throws {StackRefusal | StackFault}
 */
export function signOut(tokens: Tokens): Promise<void> {
  return withinLimit(signOutLimitMs, async () => {
    const user = await newApp(tokens).getUser({ includeRestricted: true });
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
export function refreshAccessToken(
  refreshToken: string,
  limitMs = refreshLimitMs,
): Promise<string | undefined> {
  const { apiUrl, projectId, publishableClientKey } = environment().stack;
  return withinLimit(limitMs, async () => {
    const response = await fetch(`${apiUrl}/api/v1/auth/sessions/current/refresh`, {
      method: "POST",
      headers: {
        "x-stack-access-type": "client",
        "x-stack-project-id": projectId,
        "x-stack-publishable-client-key": publishableClientKey,
        "x-stack-refresh-token": refreshToken,
      },
    });
    // A wrong key of ours is a 401 too, and no reason to sign everybody out.
    const refusal = response.headers.get("x-stack-known-error");
    if (refusal === "REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED") return undefined;
    if (refusal) throw new StackFault(`Stack refused the refresh: ${refusal}`);
    const body = await response.json();
    if (typeof body?.access_token === "string") return body.access_token;
    throw new StackFault("Stack gave no access token");
  });
}

/**
 * A user as he is at Stack now, with all that servers may see. His profile is stored from it as it comes, which is
 * why the SDK, whose users are objects of its own, is not asked.
 * @returns undefined when there is no such user
 * @throws {StackFault}
 */
export function readUser(id: string): Promise<StackUser | undefined> {
  const { apiUrl, projectId, secretServerKey } = environment().stack;
  return withinLimit(readUserLimitMs, async () => {
    const response = await fetch(`${apiUrl}/api/v1/users/${encodeURIComponent(id)}`, {
      headers: {
        "x-stack-access-type": "server",
        "x-stack-project-id": projectId,
        "x-stack-secret-server-key": secretServerKey,
      },
    });
    const refusal = response.headers.get("x-stack-known-error");
    if (refusal === "USER_NOT_FOUND") return undefined;
    if (refusal) throw new StackFault(`Stack refused to show a user: ${refusal}`);
    const user = stackUserSchema.parse(await response.json());
    if (user.id !== id) throw new StackFault("Stack showed another user than it was asked for");
    return user;
  });
}
