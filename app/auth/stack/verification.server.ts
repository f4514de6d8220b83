import { z } from "zod";
import type { Tokens } from "#app/auth/provider/auth-provider.ts";
import { AuthFault, AuthRefusal } from "#app/auth/provider/errors.server.ts";
import { askStack, changing, reading, success } from "./client.server.ts";

const channelsSchema = z.object({ items: z.array(z.object({ id: z.string(), is_primary: z.boolean() })) });

/** Without the SDK, which reads the user and their addresses afterwards. */
export function verifyEmail(code: string): Promise<void> {
  return changing(async () => {
    try {
      await askStack(success, "/contact-channels/verify", { body: { code } });
    } catch (error) {
      // For an address that no account has any more, Stack has no known error.
      if (error instanceof AuthFault && error.status === 400) throw new AuthRefusal("ADDRESS_GONE");
      throw error;
    }
  });
}

/** Without the SDK, which asks for more and does not say if the address is already verified. */
export async function sendVerificationMail(tokens: Tokens, callbackUrl: string): Promise<void> {
  const { items } = await reading(() => askStack(channelsSchema, "/contact-channels?user_id=me", { tokens }));
  const primary = items.find((channel) => channel.is_primary);
  if (!primary) throw new AuthRefusal("NO_PRIMARY_EMAIL");
  const path = `/contact-channels/me/${encodeURIComponent(primary.id)}/send-verification-code`;
  await changing(() => askStack(success, path, { tokens, body: { callback_url: callbackUrl } }));
}
