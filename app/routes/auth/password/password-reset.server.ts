import { type ActionFunctionArgs, redirect } from "@remix-run/node";
import { z } from "zod";
import { answerAuthForm } from "#app/auth/forms/auth-form.server.ts";
import { emailField, newPasswordField } from "#app/auth/forms/fields.server.ts";
import { callbackUrl, mailedCodeOf } from "#app/auth/forms/mailed-codes.server.ts";
import { linkWords, type RefusalWords } from "#app/auth/forms/refusal-words.server.ts";
import { authProvider } from "#app/auth/provider.server.ts";
import { redirectToOf, withRedirectTo } from "#app/auth/session/redirect-to.ts";
import { endSession } from "#app/auth/session/session.server.ts";
import { readForm } from "#app/http/form.server.ts";
import { personalHeaders } from "#app/http/headers.ts";
import { countingMail, countPost } from "#app/limits/limits.server.ts";
import { log } from "#app/platform/log.server.ts";

const resetWords: RefusalWords = {
  ...linkWords("form"),
  VERIFICATION_CODE_ALREADY_USED: {
    form: "This link has already been used. Sign in with your new password, or get a new link.",
  },
  USER_NOT_FOUND: { form: "This account was deleted." },
};

export async function answerForgotPassword({ request }: ActionFunctionArgs): Promise<Response> {
  const redirectTo = redirectToOf(request);
  return answerAuthForm(request, await readForm(request), {
    count: countPost,
    fields: z.object({ email: emailField }),
    shownAgain: ["email"],
    attempt: async ({ email }) => {
      const callback = callbackUrl("/reset-password", redirectTo);
      await countingMail(email, () => authProvider().startPasswordReset(email.toLowerCase(), callback));
      return redirect(withRedirectTo("/forgot-password?done=sent", redirectTo), {
        status: 303,
        headers: personalHeaders(),
      });
    },
  });
}

export async function answerResetPassword({ request }: ActionFunctionArgs): Promise<Response> {
  return answerAuthForm(request, await readForm(request), {
    count: countPost,
    fields: z.object({ password: newPasswordField }),
    shownAgain: [],
    words: resetWords,
    ifUnknown: "Your password may have been changed: try to sign in with it.",
    attempt: async ({ password }) => {
      await authProvider().resetPassword(mailedCodeOf(request), password);
      log.info({ event: "password reset" }, "A password was set by a mailed link");
      return redirect(withRedirectTo("/sign-in?done=password-reset", redirectToOf(request)), {
        status: 303,
        headers: personalHeaders(await endSession()),
      });
    },
  });
}
