import { environment } from "#app/platform/environment.server.ts";
import { log } from "#app/platform/log.server.ts";

/** Stack's known error for a mail that would lead to a site which is not among the project's trusted domains. */
export const untrustedOrigin = "REDIRECT_URL_NOT_WHITELISTED";

/** What somebody is told who waits for such a mail. */
export const untrustedOriginWords =
  "The sign-in service does not know this site and sends no mail for it. Tell the people who run the site.";

/** One line in the log for those who can mend it. @param operation as `POST /sign-up` */
export function logUntrustedOrigin(operation: string): void {
  const { appOrigin } = environment();
  log.error(
    `${operation}: Stack mails no links to ${appOrigin}: add it to the trusted domains on Stack's dashboard, with the handler path /`,
  );
}
