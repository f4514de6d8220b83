import { z } from "zod";
import { notAnEmail, passwordTooLong, passwordTooShort } from "./refusal-words.server.ts";

export const emailField = z
  .string("Enter your email address.")
  .trim()
  .min(1, "Enter your email address.")
  .max(320, notAnEmail)
  .pipe(z.email(notAnEmail));

/** For more than 70 characters, Stack answers as if the form were broken. */
export const passwordField = z
  .string("Enter a password.")
  .min(1, "Enter a password.")
  .max(70, passwordTooLong);

/** Stack's rule. */
export const newPasswordField = passwordField.min(8, passwordTooShort);

export const nameField = z
  .string()
  .trim()
  .max(256, "Use at most 256 characters.")
  .refine((name) => !name.includes("\0"), "A name can't contain the NUL character.")
  .default("");
