import { redirect } from "@remix-run/node";
import { z } from "zod";
import { answerAuthForm } from "#app/auth/forms/auth-form.server.ts";
import { emailField } from "#app/auth/forms/fields.server.ts";
import { callbackUrl, mailedCodeOf } from "#app/auth/forms/mailed-codes.server.ts";
import {
  linkWords,
  mailUnknown,
  notAnEmail,
  type RefusalWords,
} from "#app/auth/forms/refusal-words.server.ts";
import { turnedOff } from "#app/auth/forms/turned-off.ts";
import { AuthRefusal } from "#app/auth/provider/errors.server.ts";
import { authProvider } from "#app/auth/provider.server.ts";
import { redirectToOf, withRedirectTo } from "#app/auth/session/redirect-to.ts";
import { requireCookies } from "#app/auth/session/required-cookies.server.ts";
import { answerSignedIn } from "#app/auth/session/signed-in-answer.server.ts";
import { clearCookie, secretCookie } from "#app/http/cookies.server.ts";
import type { Form } from "#app/http/form.server.ts";
import { personalHeaders } from "#app/http/headers.ts";
import { countingMail, countPost } from "#app/limits/limits.server.ts";
import { untilProfileArrives } from "#app/profiles/arrival.server.ts";
import { refreshProfile } from "#app/profiles/refresh-profile.server.ts";

/** What a browser that has asked for a magic link keeps. The nonce completes the six characters in the email. */
const sentSchema = z.object({ email: z.string(), nonce: z.string() });

/** As long as Stack's codes live (its public source). */
const codeSeconds = 7 * 24 * 60 * 60;

const addressWords = (field: "email" | "form"): RefusalWords => ({
  USER_EMAIL_ALREADY_EXISTS: {
    [field]:
      "This email address has an account but isn't verified. Sign in with your password, then verify the address.",
  },
  SIGN_UP_NOT_ENABLED: { [field]: `No account has this email address. ${turnedOff.signUp}` },
});

const sendWords: RefusalWords = {
  ...addressWords("email"),
  SCHEMA_ERROR: { email: notAnEmail },
  MAGIC_LINKS_NOT_ENABLED: { form: turnedOff.magicLinks },
};

const mailedLinkWords: RefusalWords = { ...linkWords("form"), ...addressWords("form") };

const wrongCode = {
  code: "That isn't the code in the latest email. Check it, or send a new one after a few wrong tries.",
};

/** Stack says that a code has been tried too often only when the right one is typed, so `wrongCode` has a hint. */
const typedCodeWords: RefusalWords = {
  ...addressWords("form"),
  VERIFICATION_CODE_NOT_FOUND: wrongCode,
  SCHEMA_ERROR: wrongCode,
  VERIFICATION_CODE_EXPIRED: { code: "This code has expired. Send a new one." },
  VERIFICATION_CODE_ALREADY_USED: { code: "This code or its link has already been used. Send a new one." },
  CODE_NOT_SENT_HERE: { form: "This browser didn't ask for a code, or too long ago. Send a new one." },
  VERIFICATION_CODE_MAX_ATTEMPTS_REACHED: {
    code: "This code has been tried too many times. Send a new one.",
  },
};

const codeField = z
  .string("Enter the code.")
  .transform((typed) => typed.replaceAll(/[\s-]/g, "").toLowerCase())
  .pipe(
    z
      .string()
      .min(1, "Enter the code.")
      .regex(/^[0-9a-z]{6}$/, "Enter 6 letters and digits."),
  );

export function answerSendLink(request: Request, form: Form | undefined): Promise<Response> {
  const redirectTo = redirectToOf(request);
  return answerAuthForm(request, form, {
    count: countPost,
    fields: z.object({ email: emailField }),
    shownAgain: ["email"],
    words: sendWords,
    ifUnknown: mailUnknown,
    attempt: async (typed) => {
      const email = typed.email.toLowerCase();
      const send = () => authProvider().sendMagicLink(email, callbackUrl("/magic-link", redirectTo));
      const sent: z.infer<typeof sentSchema> = { email, nonce: await countingMail(email, send) };
      return redirect(withRedirectTo("/magic-link?done=sent", redirectTo), {
        status: 303,
        headers: personalHeaders(await sentCookie().serialize(sent)),
      });
    },
  });
}

export function answerMailedLink(request: Request, form: Form | undefined): Promise<Response> {
  return answerAuthForm(request, form, {
    count: countPost,
    fields: z.object({}),
    shownAgain: [],
    words: mailedLinkWords,
    ifUnknown: "This link may be used up. Try again, or send a new one.",
    attempt: () => signIn(request, mailedCodeOf(request)),
  });
}

export function answerTypedCode(request: Request, form: Form | undefined): Promise<Response> {
  return answerAuthForm(request, form, {
    count: countPost,
    fields: z.object({ code: codeField }),
    shownAgain: [],
    words: typedCodeWords,
    ifUnknown: "This code may be used up. Try again, or send a new one.",
    attempt: async ({ code }) => {
      const sent = await readSent(request);
      if (!sent) throw new AuthRefusal("CODE_NOT_SENT_HERE");
      return signIn(request, code + sent.nonce);
    },
  });
}

async function signIn(request: Request, code: string): Promise<Response> {
  requireCookies(request);
  const { tokens, isNewUser } = await authProvider().signInWithCode(code);
  const settleProfile = isNewUser ? untilProfileArrives : refreshProfile;
  const answer = await answerSignedIn(tokens, redirectToOf(request), settleProfile);
  answer.headers.append("Set-Cookie", await clearCookie(sentCookie()));
  return answer;
}

export async function readSent(request: Request): Promise<z.infer<typeof sentSchema> | undefined> {
  return sentSchema.safeParse(await sentCookie().parse(request.headers.get("Cookie"))).data;
}

function sentCookie() {
  return secretCookie("todos-magic-link", codeSeconds);
}
