import { redirect } from "@remix-run/node";
import { z } from "zod";
import { emailField, newPasswordField } from "#app/auth/fields.server.ts";
import { callbackUrl, mailedCodeOf } from "#app/auth/mailed-codes.server.ts";
import { redirectToOf, withRedirectTo } from "#app/auth/session/redirect-to.ts";
import { endSession } from "#app/auth/session/session.server.ts";
import { resetPassword, startPasswordReset } from "#app/auth/stack/passwords.server.ts";
import { answerStackForm, type RefusedForm } from "#app/auth/stack-form.server.ts";
import { readForm } from "#app/http/form.server.ts";
import { personalHeaders } from "#app/http/headers.ts";
import { countingMail, countPost } from "#app/limits/limits.server.ts";
import { log } from "#app/platform/log.server.ts";

const passwordsOff = { form: "Passwords are switched off here. Sign in another way." };

const resetWords: Record<string, RefusedForm["errors"]> = {
  VERIFICATION_CODE_NOT_FOUND: {
    form: "This link does not work. Open the one of the newest mail, or ask for a new one.",
  },
  SCHEMA_ERROR: { form: "This link is not complete. Copy all of it out of the mail, or ask for a new one." },
  VERIFICATION_CODE_EXPIRED: { form: "This link has expired. Ask for a new one." },
  VERIFICATION_CODE_ALREADY_USED: {
    form: "This link was used already. Sign in with the password that was set, or ask for a new link.",
  },
  VERIFICATION_CODE_MAX_ATTEMPTS_REACHED: { form: "This link was tried too often. Ask for a new one." },
  PASSWORD_AUTHENTICATION_NOT_ENABLED: passwordsOff,
  USER_NOT_FOUND: { form: "The account of this link was deleted." },
};

/** Reads the form, and has a mail sent to whoever has an account: 303, and the answer is the same to everybody. */
export async function answerForgotPassword(request: Request): Promise<Response> {
  const redirectTo = redirectToOf(request);
  return answerStackForm(request, await readForm(request), {
    count: countPost,
    fields: z.object({ email: emailField }),
    shownAgain: ["email"],
    words: { PASSWORD_AUTHENTICATION_NOT_ENABLED: passwordsOff },
    attempt: async ({ email }) => {
      const callback = callbackUrl("/reset-password", redirectTo);
      await countingMail(email, () => startPasswordReset(email.toLowerCase(), callback));
      return redirect(withRedirectTo("/forgot-password?done=sent", redirectTo), {
        status: 303,
        headers: personalHeaders(),
      });
    },
  });
}

/**
 * Reads the form, and sets the password with the code of the page's own URL: 303 to the sign-in. Stack ends the
 * account's sessions with it, and this browser forgets its own.
 */
export async function answerResetPassword(request: Request): Promise<Response> {
  return answerStackForm(request, await readForm(request), {
    count: countPost,
    fields: z.object({ password: newPasswordField }),
    shownAgain: [],
    words: resetWords,
    attempt: async ({ password }) => {
      await resetPassword(mailedCodeOf(request), password);
      log.info({ event: "password reset" }, "A password was set by a mailed link");
      return redirect(withRedirectTo("/sign-in?done=password-reset", redirectToOf(request)), {
        status: 303,
        headers: personalHeaders(await endSession()),
      });
    },
  });
}
