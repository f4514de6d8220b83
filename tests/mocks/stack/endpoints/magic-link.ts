import { z } from "zod";
import { addUser } from "../accounts.ts";
import { json } from "../answers.ts";
import type { Backend } from "../backend.ts";
import { allowMagicLinks, signInChannel } from "../contact-channels.ts";
import { checkCodeEndpoint, codeField, mailCode, typedLength, usedCode } from "../emailed-codes.ts";
import { StatusError, signUpNotEnabled, userEmailExistsUnverified } from "../known-errors.ts";
import { clientOrHigher, endpoint } from "../requests.ts";
import { signedInByUser } from "../sign-in.ts";
import { normalized, signUpEmail, url } from "../validation.ts";

const sendBody = z.strictObject({
  email: signUpEmail,
  callback_url: url,
  bot_challenge_token: z.string().optional(),
  bot_challenge_phase: z.enum(["invisible", "visible"]).optional(),
  bot_challenge_unavailable: z.literal("true").optional(),
});
const signInBody = z.strictObject({ code: codeField });

export const magicLinkEndpoints = (backend: Backend) => [
  endpoint(backend, "post", "/auth/otp/send-sign-in-code", clientOrHigher, async ({ body }) => {
    const { email, callback_url: callbackUrl } = body(sendBody);
    if (!backend.settings.allowsMagicLinks) {
      throw new StatusError(403, "OTP sign-in is not enabled for this project");
    }
    const userId = await whoMaySignIn(backend, email);
    const code = await mailCode(backend, "magic link", { email, userId }, callbackUrl);
    return json({ nonce: code.slice(typedLength) });
  }),

  endpoint(backend, "post", "/auth/otp/sign-in", clientOrHigher, async ({ request, body }) => {
    const { email } = await usedCode(backend, "magic link", body(signInBody).code);
    // Look up the address again: its user may have signed up, or been deleted, since the email was sent.
    const known = await whoMaySignIn(backend, email);
    const userId = known ?? (await addUser(backend, newUserWith(email))).id;
    const tokens = await signedInByUser(backend, request, userId);
    return json({ ...tokens, is_new_user: known === null, user_id: userId });
  }),

  checkCodeEndpoint(backend, "/auth/otp/sign-in", "magic link"),
];

/**
 * The user whom a magic link to an address signs in. Like Stack, this turns on magic links for a user with a password
 * when the link is sent, even if it is never followed.
 * @returns the user's id; null: a new user
 * @throws {KnownError} when the address is unverified, or unknown with sign-up off
 */
async function whoMaySignIn({ database, settings }: Backend, email: string): Promise<string | null> {
  const [channel] = await database.query(signInChannel(normalized(email)));
  if (!channel) {
    if (!settings.allowsSignUp) throw signUpNotEnabled();
    return null;
  }
  if (!channel.is_verified) throw userEmailExistsUnverified(normalized(email));
  await database.query(allowMagicLinks(channel.user_id));
  return channel.user_id;
}

function newUserWith(email: string) {
  return {
    primary_email: normalized(email),
    primary_email_verified: true,
    primary_email_auth_enabled: true,
    otp_auth_enabled: true,
  };
}
