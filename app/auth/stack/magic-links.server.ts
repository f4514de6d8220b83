import { z } from "zod";
import type { SignIn } from "#app/auth/provider/auth-provider.ts";
import { AuthRefusal } from "#app/auth/provider/errors.server.ts";
import { askStack, projectSettings, withinLimit } from "./client.server.ts";

const limitMs = 4_000;

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
export function sendMagicLink(email: string, callbackUrl: string): Promise<string> {
  return withinLimit(limitMs, async () => {
    const settings = await projectSettings({ magic_link_enabled: z.boolean() });
    if (!settings.magic_link_enabled) throw new AuthRefusal("MAGIC_LINKS_NOT_ENABLED");
    const body = { email, callback_url: callbackUrl };
    return (await askStack(sentSchema, "/auth/otp/send-sign-in-code", { body })).nonce;
  });
}

/** Creates the user if the address has no account. */
export function signInWithCode(code: string): Promise<SignIn> {
  return withinLimit(limitMs, () => askStack(signInSchema, "/auth/otp/sign-in", { body: { code } }));
}
