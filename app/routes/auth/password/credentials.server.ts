import type { LoaderFunctionArgs } from "@remix-run/node";
import { z } from "zod";
import { answerAuthForm } from "#app/auth/forms/auth-form.server.ts";
import { emailField, nameField, passwordField } from "#app/auth/forms/fields.server.ts";
import {
  notAnEmail,
  passwordLength,
  passwordTooShort,
  type RefusalWords,
} from "#app/auth/forms/refusal-words.server.ts";
import type { AccessToken, Offers, Tokens } from "#app/auth/provider/auth-provider.ts";
import { authProvider } from "#app/auth/provider.server.ts";
import { redirectToOf } from "#app/auth/session/redirect-to.ts";
import { requireCookies } from "#app/auth/session/required-cookies.server.ts";
import { answerSignedIn } from "#app/auth/session/signed-in-answer.server.ts";
import { type SignedOutData, signedOutOnly } from "#app/auth/session/signed-out-only.server.ts";
import { readForm } from "#app/http/form.server.ts";
import { countPost } from "#app/limits/limits.server.ts";
import { wordsOfProblem } from "#app/routes/auth/oauth/problems.server.ts";

export interface CredentialsData extends SignedOutData, Offers {
  /** Why a sign-in with a provider failed. */
  problem?: string | undefined;
}

export function readCredentialsPage({ request }: LoaderFunctionArgs): Promise<Response> {
  return signedOutOnly(request, async () => ({
    ...(await authProvider().offers()),
    problem: wordsOfProblem(request),
  }));
}

const fields = z.object({ email: emailField, password: passwordField, name: nameField });
type Credentials = z.infer<typeof fields>;

const words: RefusalWords = {
  EMAIL_PASSWORD_MISMATCH: { password: "Wrong email or password." },
  USER_EMAIL_ALREADY_EXISTS: { email: "This email address already has an account. Sign in instead." },
  PASSWORD_TOO_SHORT: { password: passwordTooShort },
  PASSWORD_REQUIREMENTS_NOT_MET: { password: passwordLength },
  SCHEMA_ERROR: { email: notAnEmail },
};

export async function answerCredentials(
  request: Request,
  attempt: (credentials: Credentials) => Promise<Tokens>,
  settleProfile: (token: AccessToken, name: string) => Promise<void>,
): Promise<Response> {
  return answerAuthForm(request, await readForm(request), {
    count: countPost,
    fields,
    shownAgain: ["email", "name"],
    words,
    attempt: async (credentials) => {
      requireCookies(request);
      return answerSignedIn(await attempt(credentials), redirectToOf(request), (token) =>
        settleProfile(token, credentials.name),
      );
    },
  });
}
