import { z } from "zod";
import { AuthRefusal } from "#app/auth/provider/errors.server.ts";
import { logOutage } from "#app/platform/log.server.ts";
import { askStack, projectSettings, success, withinLimit } from "./client.server.ts";
import { untrustedOrigin } from "./requests.server.ts";

const settingsLimitMs = 3_000;
/** No user waits for it. Stack takes 3 s for an address that it does not know. */
const sendLimitMs = 10_000;
const resetLimitMs = 4_000;

const sentSchema = z.object({ success: z.string() });

/**
 * Nothing may show whether the address has an account, not even the time that the answer takes: an unknown address
 * makes Stack wait for 2 to 3 s, a known one for as long as the mail takes, and Stack complains of an untrusted
 * callback URL for known ones only. So the user waits only until Stack has said that it has passwords, which is the
 * same for every address; the mail is asked for afterwards, and its failure is logged. An answer after a fixed time
 * would have to be later than 3 s for everybody, and would still tell when a mail takes longer.
 */
export async function startPasswordReset(email: string, callbackUrl: string): Promise<void> {
  const settings = await withinLimit(settingsLimitMs, () =>
    projectSettings({ credential_enabled: z.boolean() }),
  );
  if (!settings.credential_enabled) throw new AuthRefusal("PASSWORD_AUTHENTICATION_NOT_ENABLED");
  const body = { email, callback_url: callbackUrl };
  withinLimit(sendLimitMs, () => askStack(sentSchema, "/auth/password/send-reset-code", { body })).catch(
    (error) => {
      const isLogged = error instanceof AuthRefusal && error.code === untrustedOrigin;
      if (!isLogged) logOutage("Mailing a link to set a new password", error);
    },
  );
}

/** Uses the code up, even where the password is too short. */
export async function resetPassword(code: string, password: string): Promise<void> {
  const body = { code, password };
  await withinLimit(resetLimitMs, () => askStack(success, "/auth/password/reset", { body }));
}
