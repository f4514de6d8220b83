import { redirect } from "@remix-run/node";
import { z } from "zod";
import { callbackUrl, hasMailedCode, mailedCodeOf } from "#app/auth/mailed-codes.server.ts";
import type { AccessToken, RestrictedToken } from "#app/auth/session/access-token.server.ts";
import { redirectToOf, withRedirectTo } from "#app/auth/session/redirect-to.ts";
import { renewTokens } from "#app/auth/session/session.server.ts";
import { StackRefusal } from "#app/auth/stack/app.server.ts";
import {
  logUntrustedOrigin,
  untrustedOrigin,
  untrustedOriginWords,
} from "#app/auth/stack/untrusted-origin.server.ts";
import { sendVerificationMail, verifyEmail } from "#app/auth/stack/verification.server.ts";
import { answerStackForm, type RefusedForm } from "#app/auth/stack-form.server.ts";
import { readForm } from "#app/http/form.server.ts";
import { personalHeaders } from "#app/http/headers.ts";
import { notNow } from "#app/http/not-now.server.ts";
import { countingMail, countPost } from "#app/limits/limits.server.ts";
import type { TryLater } from "#app/platform/fault.server.ts";
import { logOutage } from "#app/platform/log.server.ts";
import { refreshProfile } from "#app/profiles/refresh-profile.server.ts";

/** What `/verify-email` shows. */
export type EmailVerification = { redirectTo: string } /** A mail's link was opened. */ & (
  | { view: "link" }
  /** @property isConfirmed whether this browser has just confirmed somebody's address */
  | { view: "signed out"; isConfirmed: boolean }
  /** @property isRestricted whether nothing else is possible before */
  | { view: "unverified"; email: string | null; isRestricted: boolean }
  /** Others have to release the account. */
  | { view: "held back"; email: string | null }
  | { view: "verified"; email: string | null }
  | ({ view: "unavailable" } & TryLater)
);

const invalidLink = {
  code: "This link does not work. Open it from the mail once more, all of it, or have a new one sent.",
};

/** What is wrong with a link, as `code`, or with anything else, as `form`. */
const words: Record<string, RefusedForm["errors"]> = {
  VERIFICATION_CODE_NOT_FOUND: invalidLink,
  SCHEMA_ERROR: invalidLink,
  VERIFICATION_CODE_EXPIRED: { code: "This link is too old. Have a new one sent." },
  VERIFICATION_CODE_MAX_ATTEMPTS_REACHED: { code: "This link was tried too often. Have a new one sent." },
  ADDRESS_GONE: { code: "This link is for an e-mail address that no account has any more." },
  NO_PRIMARY_EMAIL: { form: "Your account has no e-mail address. Tell the people who run the site." },
  [untrustedOrigin]: { form: untrustedOriginWords },
};

/**
 * The loader of `/verify-email`. It asks Stack for a new token, since the address may have been confirmed on another
 * device, and lets in whom that lets in; but it leaves a code alone, as mail scanners open links too.
 */
export async function readEmailVerification(request: Request): Promise<Response> {
  const redirectTo = redirectToOf(request);
  const headers = personalHeaders();
  if (hasMailedCode(request)) return Response.json(page({ view: "link", redirectTo }), { headers });
  try {
    const { signedIn, wasRestricted, setCookie } = await renewTokens(request, isSettled);
    // The cookie of somebody who was deleted stays as it is: the page for signing in tells him.
    if (setCookie) headers.append("Set-Cookie", setCookie);
    if (!signedIn) {
      const isConfirmed = isToBeTold(request);
      return Response.json(page({ view: "signed out", redirectTo, isConfirmed }), { headers });
    }

    const { token } = signedIn;
    const { email } = token;
    if (token.restriction === "administrator") {
      return Response.json(page({ view: "held back", redirectTo, email }), { headers });
    }
    if (!token.restriction && (token.emailVerified || wasRestricted)) {
      if (setCookie) await refreshProfile(token);
      return isToBeTold(request)
        ? Response.json(page({ view: "verified", redirectTo, email }), { headers })
        : redirect(redirectTo, { status: 303, headers });
    }
    const isRestricted = token.restriction !== undefined;
    return Response.json(page({ view: "unverified", redirectTo, email, isRestricted }), { headers });
  } catch (error) {
    const unavailable = notNow("GET /verify-email", error);
    headers.set("Retry-After", String(unavailable.retryAfter));
    const data = page({ view: "unavailable", redirectTo, ...unavailable });
    return Response.json(data, { headers, status: 503 });
  }
}

function isSettled(token: AccessToken | RestrictedToken): boolean {
  return !token.restriction && token.emailVerified;
}

function page(data: EmailVerification): EmailVerification {
  return data;
}

/** Whether somebody who is through with it comes back to be told so. */
function isToBeTold(request: Request): boolean {
  return ["confirmed", "used", "verified"].includes(new URL(request.url).searchParams.get("done") ?? "");
}

/**
 * The action of `/verify-email`: uses up the code of the page's own URL, or without one has a mail sent with another.
 */
export async function answerEmailVerification(request: Request): Promise<Response> {
  return answerStackForm(request, await readForm(request), {
    count: countPost,
    fields: z.object({}),
    shownAgain: [],
    words,
    attempt: () => (hasMailedCode(request) ? confirm(request) : sendAgain(request)),
  });
}

async function confirm(request: Request): Promise<Response> {
  try {
    await verifyEmail(mailedCodeOf(request));
  } catch (error) {
    if (!(error instanceof StackRefusal) || error.code !== "VERIFICATION_CODE_ALREADY_USED") throw error;
    return afterConfirming(request, "used");
  }
  return afterConfirming(request, "confirmed");
}

/** The address is confirmed by now: a fault from here on must not make it look otherwise. */
async function afterConfirming(request: Request, done: "confirmed" | "used"): Promise<Response> {
  try {
    const { signedIn, wasRestricted, setCookie } = await renewTokens(request);
    if (signedIn && !signedIn.token.restriction) {
      await refreshProfile(signedIn.token);
      if (wasRestricted) return seeOther(redirectToOf(request), setCookie);
    }
    return told(request, done, setCookie);
  } catch (error) {
    logOutage("Renewing a session after its e-mail address was confirmed", error);
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
    await countingMail(token.email ?? token.userId, () => sendVerificationMail(tokens, callback));
  } catch (error) {
    if (!(error instanceof StackRefusal)) throw error;
    if (error.code === "EMAIL_ALREADY_VERIFIED") return told(request, "verified", setCookie);
    if (error.code === untrustedOrigin) logUntrustedOrigin("POST /verify-email");
    throw error;
  }
  return told(request, "sent", setCookie);
}

function told(request: Request, done: string, setCookie?: string): Response {
  return seeOther(withRedirectTo(`/verify-email?done=${done}`, redirectToOf(request)), setCookie);
}

function seeOther(location: string, setCookie: string | undefined): Response {
  return redirect(location, { status: 303, headers: personalHeaders(setCookie) });
}
