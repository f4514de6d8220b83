import { redirect } from "@remix-run/node";
import { personalHeaders } from "#app/http/headers.ts";

/** Why a sign-in through a provider came to nothing, in words that say what to do next. */
const words = {
  denied: "You did not allow the sign-in. Start again, or sign in another way.",
  unverified:
    "There is an account with your e-mail address already, and the address is not confirmed. " +
    "Sign in as you did before and confirm it; after that, this way works as well.",
  expired: "That took longer than ten minutes. Start again.",
  unknown: "That sign-in is over, or was not started in this browser. Start again.",
  closed: "New accounts cannot be made here. Sign in to one that you have.",
  "second-factor":
    "This account asks for a second factor, a code from an app, and this site cannot ask for it yet. " +
    "Ask the people who run the site to switch it off for your account.",
  unavailable: "The sign-in service cannot be reached just now. Try again in a moment.",
  failed: "The sign-in service did not accept that. Start again, or sign in another way.",
};
export type OAuthProblem = keyof typeof words;

const problems: Record<string, OAuthProblem> = {
  OAUTH_PROVIDER_ACCESS_DENIED: "denied",
  CONTACT_CHANNEL_ALREADY_USED_FOR_AUTH_BY_SOMEONE_ELSE: "unverified",
  OUTER_OAUTH_TIMEOUT: "expired",
  INVALID_AUTHORIZATION_CODE: "unknown",
  SIGN_UP_NOT_ENABLED: "closed",
  MULTI_FACTOR_AUTHENTICATION_REQUIRED: "second-factor",
  OAUTH_PROVIDER_TEMPORARILY_UNAVAILABLE: "unavailable",
};

/** @returns undefined for a known error that is none of these */
export function problemOf(code: string): OAuthProblem | undefined {
  return Object.hasOwn(problems, code) ? problems[code] : undefined;
}

/** What a page says whose URL names a problem. Anybody can make such a link: other words are never shown. */
export function wordsOfProblem(request: Request): string | undefined {
  const problem = new URL(request.url).searchParams.get("problem") ?? "";
  return Object.entries(words).find(([name]) => name === problem)?.[1];
}

/**
 * Sends the browser to the sign-in page, to be told there what went wrong: the URL that it comes from may hold a
 * code, or somebody's e-mail address.
 * @param redirectTo a path of this site
 */
export function backToSignIn(problem: OAuthProblem, redirectTo = "/"): Response {
  const query = new URLSearchParams({ problem, ...(redirectTo !== "/" && { redirectTo }) });
  return redirect(`/sign-in?${query}`, { status: 303, headers: personalHeaders() });
}
