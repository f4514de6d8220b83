import { z } from "zod";
import { emailField, nameField, passwordField } from "#app/auth/fields.server.ts";
import type { AccessToken } from "#app/auth/session/access-token.server.ts";
import { redirectToOf } from "#app/auth/session/redirect-to.ts";
import { answerSignedIn } from "#app/auth/session/signed-in-answer.server.ts";
import type { Tokens } from "#app/auth/stack/app.server.ts";
import { answerStackForm, type RefusedForm } from "#app/auth/stack-form.server.ts";
import { readForm } from "#app/http/form.server.ts";
import { countPost } from "#app/limits/limits.server.ts";

const fields = z.object({ email: emailField, password: passwordField, name: nameField });
type Credentials = z.infer<typeof fields>;

const words: Record<string, RefusedForm["errors"]> = {
  EMAIL_PASSWORD_MISMATCH: { password: "The e-mail address and the password do not belong together." },
  USER_EMAIL_ALREADY_EXISTS: {
    email: "There is an account with this e-mail address already. Sign in instead.",
  },
  PASSWORD_TOO_SHORT: { password: "A password has at least 8 characters." },
  PASSWORD_REQUIREMENTS_NOT_MET: { password: "A password has 8 to 70 characters." },
  SCHEMA_ERROR: { email: "That is not an e-mail address." },
  SIGN_UP_NOT_ENABLED: { form: "New accounts cannot be made here." },
  PASSWORD_AUTHENTICATION_NOT_ENABLED: { form: "Signing in with a password is switched off here." },
};

/**
 * Reads the form, asks Stack, and answers: 303 and a session, 400 beside the field, 429, or 503.
 * @param attempt what Stack is asked to do with the credentials
 * @param settleProfile what the profile needs before the first page, with the name that was typed; bounded, and never
 *   fails
 */
export async function answerCredentials(
  request: Request,
  attempt: (credentials: Credentials) => Promise<Tokens>,
  settleProfile: (token: AccessToken, name: string) => Promise<void>,
): Promise<Response> {
  return answerStackForm(request, await readForm(request), {
    count: countPost,
    fields,
    shownAgain: ["email", "name"],
    words,
    attempt: async (credentials) =>
      answerSignedIn(await attempt(credentials), redirectToOf(request), (token) =>
        settleProfile(token, credentials.name),
      ),
  });
}
