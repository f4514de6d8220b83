import { z } from "zod";
import { notAnEmail, passwordTooLong, passwordTooShort } from "./refusal-words.server.ts";

export const emailField = z
  .string("Enter your email address.")
  .trim()
  .min(1, "Enter your email address.")
  .max(320, notAnEmail)
  .pipe(z.email(notAnEmail));

/** Stack answers a password of more than 70 characters as if the form were broken. */
export const passwordField = z
  .string("Enter a password.")
  .min(1, "Enter a password.")
  .max(70, passwordTooLong);

/** By Stack's rules. */
export const newPasswordField = passwordField.min(8, passwordTooShort);

/** Optional. */
export const nameField = z
  .string()
  .trim()
  .max(256, "Use at most 256 characters.")
  .refine((name) => !name.includes("\0"), "A name can't contain the NUL character.")
  .default("");
