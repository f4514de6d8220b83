import { domainToASCII } from "node:url";
import { z } from "zod";
import { isVisible, trimmed } from "#app/platform/visible-text.ts";
import { notAnEmail, passwordTooLong, passwordTooShort } from "./refusal-words.server.ts";

/** What browsers accept in `type=email`, and most of them send. */
export const emailField = z
  .string("Enter your email address.")
  .trim()
  .min(1, "Enter your email address.")
  .max(320, notAnEmail)
  .transform(withAsciiDomain)
  .pipe(z.email({ pattern: z.regexes.html5Email, error: notAnEmail }));

/** For more than 70 characters, Stack answers as if the form were broken. */
export const passwordField = z
  .string("Enter a password.")
  .min(1, "Enter a password.")
  .max(70, passwordTooLong);

/** Stack's rule. */
export const newPasswordField = passwordField.min(8, passwordTooShort);

/** "" for a name that shows nothing. */
export const nameField = z
  .string()
  .refine((name) => !name.includes("\0"), "A name can't contain the NUL character.")
  .transform((name) => (isVisible(name) ? trimmed(name) : ""))
  .refine((name) => name.length <= 256, "Use at most 256 characters.")
  .default("");

/** Some browsers send a domain in other letters as it was typed, and some in ASCII. */
function withAsciiDomain(email: string): string {
  const at = email.lastIndexOf("@") + 1;
  const domain = email.slice(at);
  return /^\p{ASCII}*$/u.test(domain) ? email : email.slice(0, at) + domainToASCII(domain);
}
