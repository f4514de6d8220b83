import type { Mail } from "./mails.ts";
import { projectName } from "./project-name.ts";

/** What an emailed code is for. */
export type Purpose = "password reset" | "e-mail verification" | "magic link";

export interface MailedCode {
  link: string;
  /** What users may type instead of clicking. */
  typed: string;
}

/**
 * The email with a code: Stack's subject, and a short text of our own.
 * @param project the name of what sends it
 */
export function mailWithCode(
  purpose: Purpose,
  { link, typed }: MailedCode,
  project = projectName,
): Pick<Mail, "subject" | "text" | "links"> {
  switch (purpose) {
    case "password reset":
      return {
        subject: `Reset your password at ${project}`,
        text: `To reset your password, follow this link. If you did not ask for it, ignore this email.\n\n${link}\n`,
        links: [link],
      };
    case "e-mail verification":
      return {
        subject: `Verify your email at ${project}`,
        text: `To verify that this address is yours, follow this link:\n\n${link}\n`,
        links: [link],
      };
    case "magic link":
      return {
        subject: `Sign in to ${project}: Your code is ${typed}`,
        text: `To sign in, follow this link:\n\n${link}\n\nOr type this code: ${typed}\n`,
        links: [link],
      };
  }
}
