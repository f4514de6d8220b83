import type { RefusalCode } from "#app/auth/provider/errors.server.ts";
import { turnedOff } from "./turned-off.ts";

/** By field; `form` is about all of it. */
export type FormErrors = Record<string, string>;

export type RefusalWords = Partial<Record<RefusalCode, FormErrors>>;

export const notAnEmail = "Enter a valid email address.";
export const passwordLength = "Use 8 to 70 characters.";
export const passwordTooShort = "Use at least 8 characters.";
export const passwordTooLong = "Use at most 70 characters.";
export const secondFactor =
  "Your account needs a second factor, which this site doesn't support. Ask an administrator to turn it off.";

/** After an email whose sending has no answer. */
export const mailUnknown = "The email may have been sent: check your inbox before you try again.";

const untrustedOrigin =
  "The sign-in service doesn't know this site, so it sends no emails. Tell an administrator.";

const cookiesRefused =
  "Your browser blocks cookies, and signing in needs one. Allow them for this site and try again.";

const notVerified =
  "Your email address isn't verified yet. Open the link in the email we sent you, then sign in.";

/** A form's own words win. */
export const wordsEverywhere: RefusalWords = {
  COOKIES_REFUSED: { form: cookiesRefused },
  EMAIL_NOT_VERIFIED: { form: notVerified },
  HELD_BACK: { form: "An administrator has locked your account." },
  MULTI_FACTOR_AUTHENTICATION_REQUIRED: { form: secondFactor },
  PASSWORD_AUTHENTICATION_NOT_ENABLED: { form: turnedOff.passwords },
  REDIRECT_URL_NOT_WHITELISTED: { form: untrustedOrigin },
  SIGN_IN_TOO_OLD: { form: "For this, sign out and sign in again. Then try again." },
  SIGN_UP_NOT_ENABLED: { form: turnedOff.signUp },
};

/** @param field where the page shows what is wrong with its link */
export function linkWords(field: "form" | "code"): RefusalWords {
  const broken = { [field]: "This link doesn't work. Open the link in the latest email, or get a new one." };
  return {
    SCHEMA_ERROR: broken,
    VERIFICATION_CODE_NOT_FOUND: broken,
    VERIFICATION_CODE_EXPIRED: { [field]: "This link has expired. Get a new one." },
    VERIFICATION_CODE_ALREADY_USED: { [field]: "This link has already been used. Get a new one." },
    VERIFICATION_CODE_MAX_ATTEMPTS_REACHED: {
      [field]: "This link has been tried too many times. Get a new one.",
    },
  };
}
