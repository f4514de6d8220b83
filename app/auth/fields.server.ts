import { z } from "zod";

/** An e-mail address as somebody types it, without the white space around it. */
export const emailField = z
  .string("Enter your e-mail address.")
  .trim()
  .min(1, "Enter your e-mail address.")
  .max(320, "That is not an e-mail address.")
  .pipe(z.email("That is not an e-mail address."));

/** A password that may be somebody's. Stack answers one of more than 70 characters as if the form were damaged. */
export const passwordField = z
  .string("Enter a password.")
  .min(1, "Enter a password.")
  .max(70, "A password has at most 70 characters.");

/** A password to be, by Stack's rules. */
export const newPasswordField = passwordField.min(8, "A password has at least 8 characters.");

/** What somebody wants to be called; may be left out. */
export const nameField = z
  .string()
  .trim()
  .max(256, "A name has at most 256 characters.")
  .refine((name) => !name.includes("\0"), "A name cannot hold the character NUL.")
  .default("");
