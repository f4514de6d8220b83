import { z } from "zod";
import type { SignIn } from "#app/auth/provider/auth-provider.ts";
import { AuthRefusal } from "#app/auth/provider/errors.server.ts";
import { askStack, changing, projectSettings, reading } from "./client.server.ts";

const sentSchema = z.object({ nonce: z.string().min(1) });

/** The SDK would not tell whether the user is new. */
export const signInSchema = z
  .object({
    access_token: z.string().min(1),
    refresh_token: z.string().min(1),
    is_new_user: z.boolean(),
  })
  .transform(
    ({ access_token, refresh_token, is_new_user }): SignIn => ({
      tokens: { accessToken: access_token, refreshToken: refresh_token },
      isNewUser: is_new_user,
    }),
  );

/** Asks first whether magic links are enabled: Stack refuses with a bare 403, as any proxy might. */
export async function sendMagicLink(email: string, callbackUrl: string): Promise<string> {
  const settings = await reading(() => projectSettings({ magic_link_enabled: z.boolean() }));
  if (!settings.magic_link_enabled) throw new AuthRefusal("MAGIC_LINKS_NOT_ENABLED");
  const body = { email, callback_url: callbackUrl };
  const sent = await changing(() => askStack(sentSchema, "/auth/otp/send-sign-in-code", { body }));
  return sent.nonce;
}

/** Creates the user if the address has no account. */
export function signInWithCode(code: string): Promise<SignIn> {
  return changing(() => askStack(signInSchema, "/auth/otp/sign-in", { body: { code } }));
}
