import { z } from "zod";
import { StackRefusal, type Tokens, withinLimit } from "./app.server.ts";
import { askStack } from "./client.server.ts";

const sendLimitMs = 4_000;
const signInLimitMs = 4_000;

/** This site's own code: Stack says it with a mere 403, as anything between it and us might. */
export const magicLinksOff = "MAGIC_LINKS_NOT_ENABLED";

/** Somebody who came by a magic link. */
export interface MagicSignIn {
  tokens: Tokens;
  /** The account was made just now. */
  isNewUser: boolean;
}

const projectSchema = z.object({ config: z.object({ magic_link_enabled: z.boolean() }) });
const sentSchema = z.object({ nonce: z.string().min(1) });
const signedInSchema = z
  .object({
    access_token: z.string().min(1),
    refresh_token: z.string().min(1),
    is_new_user: z.boolean(),
  })
  .transform(
    (answer): MagicSignIn => ({
      tokens: { accessToken: answer.access_token, refreshToken: answer.refresh_token },
      isNewUser: answer.is_new_user,
    }),
  );

/**
 * Has a link mailed that signs somebody in, and a code of six characters that does the same together with the nonce.
 * @param callbackUrl where the link leads
 * @returns the nonce
 * @throws {StackRefusal | StackFault} MAGIC_LINKS_NOT_ENABLED is this site's own code
 */
export function sendMagicLink(email: string, callbackUrl: string): Promise<string> {
  return withinLimit(sendLimitMs, async () => {
    const { config } = await askStack(projectSchema, "/projects/current");
    if (!config.magic_link_enabled) throw new StackRefusal(magicLinksOff);
    const body = { email, callback_url: callbackUrl };
    return (await askStack(sentSchema, "/auth/otp/send-sign-in-code", { body })).nonce;
  });
}

/**
 * Creates a session, and a user where there is none with the address that the code was mailed to. The SDK would not
 * tell whether the user is new.
 * @param code the link's, or what was typed and the nonce
 * @throws {StackRefusal | StackFault} after a fault the code may be used up
 */
export function signInWithCode(code: string): Promise<MagicSignIn> {
  return withinLimit(signInLimitMs, () => askStack(signedInSchema, "/auth/otp/sign-in", { body: { code } }));
}
