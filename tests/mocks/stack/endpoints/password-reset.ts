import { z } from "zod";
import { patchUser } from "../accounts.ts";
import { json, success } from "../answers.ts";
import type { Backend } from "../backend.ts";
import { signInChannel } from "../contact-channels.ts";
import { checkCodeEndpoint, codeField, mailCode, usedCode } from "../emailed-codes.ts";
import { userNotFound } from "../known-errors.ts";
import { checkNewPassword, checkPasswordsAllowed, hashPassword, longestPassword } from "../passwords.ts";
import { clientOrHigher, endpoint } from "../requests.ts";
import { email, normalized, url } from "../validation.ts";

const sendBody = z.strictObject({ email, callback_url: url });
const resetBody = z.strictObject({ code: codeField, password: z.string().max(longestPassword) });

export const passwordResetEndpoints = (backend: Backend) => [
  endpoint(backend, "post", "/auth/password/send-reset-code", clientOrHigher, async ({ body }) => {
    const { email, callback_url: callbackUrl } = body(sendBody);
    checkPasswordsAllowed(backend.settings);
    const [channel] = await backend.database.query(signInChannel(normalized(email)));
    // For an unknown address Stack ignores the callback URL and waits two to three seconds. We skip the wait, for the
    // tests.
    if (channel) await mailCode(backend, "password reset", { email, userId: channel.user_id }, callbackUrl);
    return json({ success: "maybe, only if user with e-mail exists" });
  }),

  endpoint(backend, "post", "/auth/password/reset", clientOrHigher, async ({ body }) => {
    const { code, password } = body(resetBody);
    const { userId } = await usedCode(backend, "password reset", code);
    // In Stack's order: a password that is too short uses up the code.
    checkPasswordsAllowed(backend.settings);
    checkNewPassword(password);
    if (!userId) throw userNotFound();
    await patchUser(backend, userId, { password_hash: await hashPassword(password) });
    return success();
  }),

  checkCodeEndpoint(backend, "/auth/password/reset", "password reset"),
];
