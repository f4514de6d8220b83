import { redirect } from "@remix-run/node";
import { z } from "zod";
import { readForm } from "#app/http/form.server.ts";
import { personalHeaders } from "#app/http/headers.ts";
import { asUnavailable, logOutage } from "#app/http/unavailable.server.ts";
import { type AccessToken, verifyAccessToken } from "./access-token.server.ts";
import { safeRedirectTo } from "./redirect-to.ts";
import { startSession } from "./session.server.ts";
import { StackRefusal, type Tokens } from "./stack.server.ts";

const credentialsSchema = z.object({
  email: z
    .string("Enter your e-mail address.")
    .trim()
    .min(1, "Enter your e-mail address.")
    .max(320, "That is not an e-mail address.")
    .pipe(z.email("That is not an e-mail address.")),
  // Stack has rules of its own and words for them, but answers a longer one as if the form were damaged.
  password: z
    .string("Enter a password.")
    .min(1, "Enter a password.")
    .max(70, "A password has at most 70 characters."),
  name: z
    .string()
    .trim()
    .max(256, "A name has at most 256 characters.")
    .refine((name) => !name.includes("\0"), "A name cannot hold the character NUL.")
    .default(""),
});
type Credentials = z.infer<typeof credentialsSchema>;

/** Why a sign-in or sign-up did not happen, and what was typed, to be shown again. Never the password. */
export interface RefusedCredentials {
  errors: { email?: string; password?: string; name?: string; form?: string };
  email: string;
  name: string;
}

/** Stack's known errors in a person's words, each with the field that it is about. */
const words: Record<string, RefusedCredentials["errors"]> = {
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
 * Reads the form, asks Stack, and answers: 303 and a session, 400 beside the field, or 503.
 * @param attempt what Stack is asked to do with the credentials
 * @param settleProfile what the profile needs before the first page; bounded, and never fails
 */
export async function answerCredentials(
  request: Request,
  attempt: (credentials: Credentials) => Promise<Tokens>,
  settleProfile: (token: AccessToken) => Promise<void>,
): Promise<Response> {
  const form = await readForm(request);
  const typed = { email: form?.get("email") ?? "", name: form?.get("name") ?? "" };
  const refuse = (errors: RefusedCredentials["errors"], status = 400, headers = personalHeaders()) =>
    Response.json(
      {
        errors,
        email: typed.email.replaceAll("\0", ""),
        name: typed.name.replaceAll("\0", ""),
      } satisfies RefusedCredentials,
      { status, headers },
    );

  if (!form) return refuse({ form: "That was no form of this page." });
  const parsed = credentialsSchema.safeParse(Object.fromEntries(form));
  if (!parsed.success) return refuse(firstMessages(parsed.error));
  try {
    const tokens = await attempt(parsed.data);
    // The account or session is there by now: a fault from here on must not make it look otherwise.
    const token = await verifyAccessToken(tokens.accessToken).catch((error) =>
      logOutage("Signing in", error),
    );
    if (typeof token === "object") await settleProfile(token);
    const setCookie = await startSession(tokens);
    const target = safeRedirectTo(new URL(request.url).searchParams.get("redirectTo"));
    return redirect(target, { status: 303, headers: personalHeaders(setCookie) });
  } catch (error) {
    if (error instanceof StackRefusal) {
      const inWords = words[error.code];
      if (inWords) return refuse(inWords);
      logOutage(`POST ${new URL(request.url).pathname}`, error);
      return refuse({ form: "The sign-in service does not accept that." });
    }
    const unavailable = asUnavailable(error);
    if (!unavailable) throw error;
    logOutage(`POST ${new URL(request.url).pathname}`, error);
    const headers = personalHeaders();
    headers.set("Retry-After", String(unavailable.retryAfter));
    return refuse({ form: unavailable.message }, 503, headers);
  }
}

function firstMessages(error: z.ZodError<Credentials>): RefusedCredentials["errors"] {
  const { fieldErrors } = z.flattenError(error);
  const errors: RefusedCredentials["errors"] = {};
  for (const field of ["email", "password", "name"] as const) {
    const message = fieldErrors[field]?.[0];
    if (message) errors[field] = message;
  }
  return errors;
}
