import { redirect } from "@remix-run/node";
import { secondFactor } from "#app/auth/forms/refusal-words.server.ts";
import { turnedOff } from "#app/auth/forms/turned-off.ts";
import { type RefusalCode, unreachable } from "#app/auth/provider/errors.server.ts";
import { personalHeaders } from "#app/http/headers.ts";

const words = {
  denied: "You didn't allow the sign-in. Try again, or sign in another way.",
  unverified:
    "Your email address already has an account, but isn't verified. Sign in as before and verify it, then try again.",
  expired: "That took longer than 10 minutes. Try again.",
  unknown: "This sign-in is over, or was started in another browser. Try again.",
  cookies:
    "Signing in needs a cookie, but your browser sent none. Allow cookies for this site and try again.",
  closed: turnedOff.signUp,
  "second-factor": secondFactor,
  unavailable: unreachable,
  failed: "The sign-in service didn't accept that. Try again, or sign in another way.",
};
export type OAuthProblem = keyof typeof words;

const problems: Partial<Record<RefusalCode, OAuthProblem>> = {
  OAUTH_PROVIDER_ACCESS_DENIED: "denied",
  CONTACT_CHANNEL_ALREADY_USED_FOR_AUTH_BY_SOMEONE_ELSE: "unverified",
  OUTER_OAUTH_TIMEOUT: "expired",
  INVALID_AUTHORIZATION_CODE: "unknown",
  SIGN_UP_NOT_ENABLED: "closed",
  MULTI_FACTOR_AUTHENTICATION_REQUIRED: "second-factor",
  OAUTH_PROVIDER_TEMPORARILY_UNAVAILABLE: "unavailable",
};

export function problemOf(code: string): OAuthProblem | undefined {
  return Object.hasOwn(problems, code) ? problems[code as RefusalCode] : undefined;
}

/** What the sign-in page says. Anyone can make a link to it, so it shows no other words. */
export function wordsOfProblem(request: Request): string | undefined {
  const problem = new URL(request.url).searchParams.get("problem") ?? "";
  return Object.entries(words).find(([name]) => name === problem)?.[1];
}

/** This URL may hold a code or an email address, so the sign-in page says what went wrong. */
export function backToSignIn(problem: OAuthProblem, redirectTo = "/"): Response {
  const query = new URLSearchParams({ problem, ...(redirectTo !== "/" && { redirectTo }) });
  return redirect(`/sign-in?${query}`, { status: 303, headers: personalHeaders() });
}
