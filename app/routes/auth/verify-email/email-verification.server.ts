import { type ActionFunctionArgs, type LoaderFunctionArgs, redirect } from "@remix-run/node";
import { z } from "zod";
import { answerAuthForm } from "#app/auth/forms/auth-form.server.ts";
import { callbackUrl, hasMailedCode, mailedCodeOf } from "#app/auth/forms/mailed-codes.server.ts";
import { linkWords, mailUnknown, type RefusalWords } from "#app/auth/forms/refusal-words.server.ts";
import type { AccessToken, RestrictedToken } from "#app/auth/provider/auth-provider.ts";
import { AuthRefusal } from "#app/auth/provider/errors.server.ts";
import { authProvider } from "#app/auth/provider.server.ts";
import { redirectToOf, withRedirectTo } from "#app/auth/session/redirect-to.ts";
import { renewTokens } from "#app/auth/session/session.server.ts";
import { readForm } from "#app/http/form.server.ts";
import { personalHeaders, retryHeaders } from "#app/http/headers.ts";
import { notNow } from "#app/http/not-now.server.ts";
import { countingMail, countPost } from "#app/limits/limits.server.ts";
import type { TryLater } from "#app/platform/fault.server.ts";
import { logOutage } from "#app/platform/log.server.ts";
import { refreshProfile } from "#app/profiles/refresh-profile.server.ts";

type View =
  | { view: "link" }
  | { view: "signed out"; isVerified: boolean }
  | { view: "unverified"; email: string | null; isRestricted: boolean }
  | { view: "held back"; email: string | null }
  | { view: "verified"; email: string | null }
  | ({ view: "unavailable" } & TryLater);

export type EmailVerification = View & { redirectTo: string };

const words: RefusalWords = {
  ...linkWords("code"),
  ADDRESS_GONE: { code: "No account has this email address any more." },
  NO_PRIMARY_EMAIL: { form: "Your account has no email address. Tell an administrator." },
};

/**
 * Asks for a new token, as the address may have been verified on another device, but does not use up a code, as mail
 * scanners open links too.
 */
export async function readEmailVerification({ request }: LoaderFunctionArgs): Promise<Response> {
  const redirectTo = redirectToOf(request);
  const page = (view: View, headers: Headers, status = 200) =>
    Response.json({ ...view, redirectTo }, { status, headers });
  if (hasMailedCode(request)) return page({ view: "link" }, personalHeaders());
  try {
    const { signedIn, wasRestricted, setCookie } = await renewTokens(request, isSettled);
    const headers = personalHeaders(setCookie);
    if (!signedIn) return page({ view: "signed out", isVerified: isToBeTold(request) }, headers);

    const { token } = signedIn;
    const { email } = token;
    if (token.restriction === "administrator") return page({ view: "held back", email }, headers);
    if (token.restriction || !(token.emailVerified || wasRestricted)) {
      return page({ view: "unverified", email, isRestricted: token.restriction !== undefined }, headers);
    }
    if (setCookie) await refreshProfile(token);
    return isToBeTold(request)
      ? page({ view: "verified", email }, headers)
      : redirect(redirectTo, { status: 303, headers });
  } catch (error) {
    const unavailable = notNow("GET /verify-email", error);
    const headers = retryHeaders(unavailable.retryAfter);
    return page({ view: "unavailable", ...unavailable }, headers, unavailable.status);
  }
}

function isSettled(token: AccessToken | RestrictedToken): boolean {
  return !token.restriction && token.emailVerified;
}

/** Whether the user comes back from verifying. */
function isToBeTold(request: Request): boolean {
  return ["confirmed", "used", "verified"].includes(new URL(request.url).searchParams.get("done") ?? "");
}

/** Uses up the code of the page's URL, or sends an email if there is none. */
export async function answerEmailVerification({ request }: ActionFunctionArgs): Promise<Response> {
  return answerAuthForm(request, await readForm(request), {
    count: countPost,
    fields: z.object({}),
    shownAgain: [],
    words,
    ifUnknown: hasMailedCode(request)
      ? "Your email address may be verified already. Try again."
      : mailUnknown,
    attempt: () => (hasMailedCode(request) ? verify(request) : sendAgain(request)),
  });
}

async function verify(request: Request): Promise<Response> {
  try {
    await authProvider().verifyEmail(mailedCodeOf(request));
  } catch (error) {
    if (!(error instanceof AuthRefusal) || error.code !== "VERIFICATION_CODE_ALREADY_USED") throw error;
    return afterVerifying(request, "used");
  }
  return afterVerifying(request, "confirmed");
}

/** The address is verified by now: a fault from here on must not make it look otherwise. */
async function afterVerifying(request: Request, done: "confirmed" | "used"): Promise<Response> {
  try {
    const { signedIn, wasRestricted, setCookie } = await renewTokens(request);
    if (signedIn && !signedIn.token.restriction) {
      await refreshProfile(signedIn.token);
      if (wasRestricted) return seeOther(redirectToOf(request), setCookie);
    }
    return told(request, done, setCookie);
  } catch (error) {
    logOutage("Renewing a session after its email address was verified", error);
    return told(request, done);
  }
}

async function sendAgain(request: Request): Promise<Response> {
  const { signedIn, setCookie } = await renewTokens(request);
  if (!signedIn) {
    const here = withRedirectTo("/verify-email", redirectToOf(request));
    return seeOther(withRedirectTo("/sign-in", here), setCookie);
  }
  const { token, tokens } = signedIn;
  const callback = callbackUrl("/verify-email", redirectToOf(request));
  try {
    await countingMail(token.email ?? token.userId, () =>
      authProvider().sendVerificationMail(tokens, callback),
    );
  } catch (error) {
    if (!(error instanceof AuthRefusal) || error.code !== "EMAIL_ALREADY_VERIFIED") throw error;
    return told(request, "verified", setCookie);
  }
  return told(request, "sent", setCookie);
}

function told(request: Request, done: string, setCookie?: string): Response {
  return seeOther(withRedirectTo(`/verify-email?done=${done}`, redirectToOf(request)), setCookie);
}

function seeOther(location: string, setCookie: string | undefined): Response {
  return redirect(location, { status: 303, headers: personalHeaders(setCookie) });
}
