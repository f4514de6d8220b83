import { redirect } from "@remix-run/node";
import type { AccessToken, Tokens } from "#app/auth/provider/auth-provider.ts";
import { personalHeaders } from "#app/http/headers.ts";
import { log, logOutage } from "#app/platform/log.server.ts";
import { verifyAccessToken } from "./access-token.server.ts";
import { withRedirectTo } from "./redirect-to.ts";
import { startSession } from "./session.server.ts";

/** @param settleProfile what the profile needs before the first page; bounded, never rejects */
export async function answerSignedIn(
  tokens: Tokens,
  redirectTo: string,
  settleProfile: (token: AccessToken) => Promise<void>,
): Promise<Response> {
  // The session exists by now: a fault from here on must not make it look otherwise.
  const token = await verifyAccessToken(tokens.accessToken).catch((error) => logOutage("Signing in", error));
  const userId = typeof token === "object" ? token.userId : undefined;
  log.info({ event: "signed in", userId }, "A user has signed in");
  const headers = personalHeaders(await startSession(tokens));
  if (typeof token === "object" && token.restriction) {
    return redirect(withRedirectTo("/verify-email", redirectTo), { status: 303, headers });
  }
  if (typeof token === "object") await settleProfile(token);
  return redirect(redirectTo, { status: 303, headers });
}
