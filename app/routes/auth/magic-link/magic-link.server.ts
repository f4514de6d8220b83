import { redirect } from "@remix-run/node";
import { z } from "zod";
import { emailField } from "#app/auth/fields.server.ts";
import { callbackUrl, mailedCodeOf } from "#app/auth/mailed-codes.server.ts";
import { redirectToOf, withRedirectTo } from "#app/auth/session/redirect-to.ts";
import { answerSignedIn } from "#app/auth/session/signed-in-answer.server.ts";
import { StackRefusal } from "#app/auth/stack/app.server.ts";
import { magicLinksOff, sendMagicLink, signInWithCode } from "#app/auth/stack/magic-links.server.ts";
import {
  logUntrustedOrigin,
  untrustedOrigin,
  untrustedOriginWords,
} from "#app/auth/stack/untrusted-origin.server.ts";
import { answerStackForm, type RefusedForm } from "#app/auth/stack-form.server.ts";
import { clearCookie, secretCookie } from "#app/http/cookies.server.ts";
import type { Form } from "#app/http/form.server.ts";
import { personalHeaders } from "#app/http/headers.ts";
import { countingMail, countPost } from "#app/limits/limits.server.ts";
import { untilProfileArrives } from "#app/profiles/arrival.server.ts";
import { refreshProfile } from "#app/profiles/refresh-profile.server.ts";

/** What a browser that has asked for a magic link keeps until it is signed in. */
const sentSchema = z.object({
  email: z.string(),
  /** Makes a whole code out of the six characters of the mail. */
  nonce: z.string(),
});

/** Stack's codes live as long (its public source). */
const codeSeconds = 7 * 24 * 60 * 60;

const unverified =
  "There is an account with a password, and nobody has shown yet that this address is his. Sign in with the password, then verify the address.";
const noSignUp = "There is no account with this address, and new ones cannot be made here.";

const sendWords: Record<string, RefusedForm["errors"]> = {
  USER_EMAIL_ALREADY_EXISTS: { email: unverified },
  SIGN_UP_NOT_ENABLED: { email: noSignUp },
  SCHEMA_ERROR: { email: "That is not an e-mail address." },
  [untrustedOrigin]: { form: untrustedOriginWords },
  [magicLinksOff]: { form: "Sign-in by e-mail is switched off here. Sign in another way." },
};

/** What is the same for a link and for what was typed. */
const signInWords: Record<string, RefusedForm["errors"]> = {
  USER_EMAIL_ALREADY_EXISTS: { form: unverified },
  SIGN_UP_NOT_ENABLED: { form: noSignUp },
};

const linkWords: Record<string, RefusedForm["errors"]> = {
  ...signInWords,
  VERIFICATION_CODE_NOT_FOUND: {
    form: "This link does not work. Open the one of the newest mail, or ask for a new one.",
  },
  SCHEMA_ERROR: { form: "This link is not complete. Copy all of it out of the mail, or ask for a new one." },
  VERIFICATION_CODE_EXPIRED: { form: "This link has expired. Ask for a new one." },
  VERIFICATION_CODE_ALREADY_USED: { form: "This link was used already. Ask for a new one." },
  VERIFICATION_CODE_MAX_ATTEMPTS_REACHED: { form: "This link was tried too often. Ask for a new one." },
};

/** Stack says that a code is worn out to those only who type the right one: others are told to ask for a new one, too. */
const typedWords: Record<string, RefusedForm["errors"]> = {
  ...signInWords,
  VERIFICATION_CODE_NOT_FOUND: {
    code: "That is not the code of the newest mail. Look again; after a few wrong tries, send a new one.",
  },
  SCHEMA_ERROR: { code: "That is not the code of the newest mail. Look again, or send a new one." },
  VERIFICATION_CODE_EXPIRED: { code: "This code has expired. Send a new one." },
  VERIFICATION_CODE_ALREADY_USED: { code: "This code, or its link, was used already. Send a new one." },
  VERIFICATION_CODE_MAX_ATTEMPTS_REACHED: {
    code: "There were too many wrong tries: this code does not work any more. Send a new one.",
  },
  NONCE_NOT_FOUND: { form: "This browser does not know any more which code was mailed. Ask for a new one." },
};

/** Six letters and digits, in whatever case, and with the white space and hyphens that somebody puts between them. */
const codeField = z
  .string("Enter the code.")
  .transform((typed) => typed.replaceAll(/[\s-]/g, "").toLowerCase())
  .pipe(
    z
      .string()
      .min(1, "Enter the code.")
      .regex(/^[0-9a-z]{6}$/, "The code is six letters and digits long."),
  );

/** Reads the form, and has a link and a code mailed: 303 to where the code may be typed, in this browser only. */
export function answerSendLink(request: Request, form: Form | undefined): Promise<Response> {
  const redirectTo = redirectToOf(request);
  return answerStackForm(request, form, {
    count: countPost,
    fields: z.object({ email: emailField }),
    shownAgain: ["email"],
    words: sendWords,
    attempt: async (typed) => {
      const email = typed.email.toLowerCase();
      const send = () => sendMagicLink(email, callbackUrl("/magic-link", redirectTo));
      const nonce = await countingMail(email, send).catch((error) => {
        if (error.code === untrustedOrigin) logUntrustedOrigin("POST /magic-link");
        throw error;
      });
      const sent: z.infer<typeof sentSchema> = { email, nonce };
      return redirect(withRedirectTo("/magic-link?done=sent", redirectTo), {
        status: 303,
        headers: personalHeaders(await sentCookie().serialize(sent)),
      });
    },
  });
}

/** Signs in by the code of the page's own URL. */
export function answerMailedLink(request: Request, form: Form | undefined): Promise<Response> {
  return answerStackForm(request, form, {
    count: countPost,
    fields: z.object({}),
    shownAgain: [],
    words: linkWords,
    attempt: () => signIn(request, mailedCodeOf(request)),
  });
}

/** Reads the form, and signs in by the six characters, in the browser that asked for them. */
export function answerTypedCode(request: Request, form: Form | undefined): Promise<Response> {
  return answerStackForm(request, form, {
    count: countPost,
    fields: z.object({ code: codeField }),
    shownAgain: [],
    words: typedWords,
    attempt: async ({ code }) => {
      const sent = await readSent(request);
      if (!sent) throw new StackRefusal("NONCE_NOT_FOUND");
      return signIn(request, code + sent.nonce);
    },
  });
}

/** The address to which this browser had a code mailed, until it is signed in. */
export async function sentTo(request: Request): Promise<string | undefined> {
  return (await readSent(request))?.email;
}

async function signIn(request: Request, code: string): Promise<Response> {
  const { tokens, isNewUser } = await signInWithCode(code);
  const settleProfile = isNewUser ? untilProfileArrives : refreshProfile;
  const answer = await answerSignedIn(tokens, redirectToOf(request), settleProfile);
  answer.headers.append("Set-Cookie", await clearCookie(sentCookie()));
  return answer;
}

async function readSent(request: Request): Promise<z.infer<typeof sentSchema> | undefined> {
  return sentSchema.safeParse(await sentCookie().parse(request.headers.get("Cookie"))).data;
}

function sentCookie() {
  return secretCookie("todos-magic-link", codeSeconds);
}
