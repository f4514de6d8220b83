import { z } from "zod";
import { logOutage } from "#app/platform/log.server.ts";
import { StackRefusal, withinLimit } from "./app.server.ts";
import { askStack } from "./client.server.ts";
import { logUntrustedOrigin, untrustedOrigin } from "./untrusted-origin.server.ts";

const projectLimitMs = 3_000;
/** Nobody waits for it. Stack takes 3 s for an address that it does not know. */
const sendLimitMs = 10_000;
const resetLimitMs = 4_000;

const projectSchema = z.object({ config: z.object({ credential_enabled: z.boolean() }) });
const sentSchema = z.object({ success: z.string() });
const resetSchema = z.object({ success: z.literal(true) });

/**
 * Has a link to set a new password mailed to whoever has an account with the address.
 *
 * Whether there is one must not be seen, not by the time that it takes either: an unknown address makes Stack wait
 * for 2 to 3 s, a known one for as long as the mail takes, and of a callback URL that it does not trust it complains
 * for known ones only. So all that is waited for is whether Stack answers, and has passwords, which is the same for
 * every address; the mail is asked for afterwards, and what becomes of that is in the log. An answer after a fixed
 * time would have to be later than 3 s, for everybody, and would still tell when a mail takes longer.
 * @param callbackUrl where the link leads
 * @throws {StackRefusal | StackFault} before a mail is asked for
 */
export async function startPasswordReset(email: string, callbackUrl: string): Promise<void> {
  const { config } = await withinLimit(projectLimitMs, () => askStack(projectSchema, "/projects/current"));
  if (!config.credential_enabled) throw new StackRefusal("PASSWORD_AUTHENTICATION_NOT_ENABLED");
  const body = { email, callback_url: callbackUrl };
  withinLimit(sendLimitMs, () => askStack(sentSchema, "/auth/password/send-reset-code", { body })).catch(
    (error) => {
      const operation = "Mailing a link to set a new password";
      if (error instanceof StackRefusal && error.code === untrustedOrigin) logUntrustedOrigin(operation);
      else logOutage(operation, error);
    },
  );
}

/**
 * Sets a new password, and ends every session of the account. The code is used up, by a password that is too short too.
 * @throws {StackRefusal | StackFault} after a fault the password may be set all the same
 */
export async function resetPassword(code: string, password: string): Promise<void> {
  await withinLimit(resetLimitMs, () =>
    askStack(resetSchema, "/auth/password/reset", { body: { code, password } }),
  );
}

export function isWrongPassword(error: unknown): boolean {
  return (
    error instanceof StackRefusal &&
    ["EMAIL_PASSWORD_MISMATCH", "PASSWORD_CONFIRMATION_MISMATCH"].includes(error.code)
  );
}
