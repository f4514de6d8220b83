import { z } from "zod";
import { AuthRefusal } from "#app/auth/provider/errors.server.ts";
import { logOutage } from "#app/platform/log.server.ts";
import { askStack, changing, projectSettings, reading, success, withinLimit } from "./client.server.ts";
import { untrustedOrigin } from "./requests.server.ts";

/** No user waits for it. Stack takes 3 s for an unknown address. */
const sendLimitMs = 10_000;

const sentSchema = z.object({ success: z.string() });

/**
 * Nothing may tell whether the address has an account. For an unknown one, Stack waits 2 to 3 s; for a known one, as
 * long as the email takes, and only then may it complain of an untrusted callback URL. So the user waits only for the
 * project's settings; the email is requested afterwards, and its failure is logged. An answer after a fixed time would
 * have to be later than 3 s for every user, and would still tell when an email takes longer.
 */
export async function startPasswordReset(email: string, callbackUrl: string): Promise<void> {
  const settings = await reading(() => projectSettings({ credential_enabled: z.boolean() }));
  if (!settings.credential_enabled) throw new AuthRefusal("PASSWORD_AUTHENTICATION_NOT_ENABLED");
  const body = { email, callback_url: callbackUrl };
  withinLimit(sendLimitMs, () => askStack(sentSchema, "/auth/password/send-reset-code", { body })).catch(
    (error) => {
      const isLogged = error instanceof AuthRefusal && error.code === untrustedOrigin;
      if (!isLogged) logOutage("Mailing a link to set a new password", error);
    },
  );
}

/** Uses up the code even if the password is too short. */
export async function resetPassword(code: string, password: string): Promise<void> {
  const body = { code, password };
  await changing(() => askStack(success, "/auth/password/reset", { body }));
}
