import { z } from "zod";
import { StackRefusal, type Tokens, withinLimit } from "./app.server.ts";
import { askStack } from "./client.server.ts";
import { StackFault } from "./requests.server.ts";

const verifyLimitMs = 3_000;
/** The page around the form asks Stack as well. */
const sendLimitMs = 2_500;

const successSchema = z.object({ success: z.literal(true) });
const channelsSchema = z.object({ items: z.array(z.object({ id: z.string(), is_primary: z.boolean() })) });

/**
 * Uses up a mailed code to confirm the address that it was mailed to. Whoever has the code may: Stack wants no user.
 * Without the SDK, which reads the user and his addresses afterwards.
 * @throws {StackRefusal | StackFault} after a fault the code may be used up; ADDRESS_GONE is this site's own code
 */
export function verifyEmail(code: string): Promise<void> {
  return withinLimit(verifyLimitMs, async () => {
    try {
      await askStack(successSchema, "/contact-channels/verify", { body: { code } });
    } catch (error) {
      // Stack has no known error for an address that is nobody's any more, only words.
      if (error instanceof StackFault && error.status === 400) throw new StackRefusal("ADDRESS_GONE");
      throw error;
    }
  });
}

/**
 * Has a mail sent to a user's primary address whose link confirms it. Without the SDK, which asks for more than that
 * and keeps to itself that the address is confirmed already.
 * @param callbackUrl where the link leads
 * @throws {StackRefusal | StackFault} NO_PRIMARY_EMAIL is this site's own code
 */
export function sendVerificationMail(tokens: Tokens, callbackUrl: string): Promise<void> {
  return withinLimit(sendLimitMs, async () => {
    const { items } = await askStack(channelsSchema, "/contact-channels?user_id=me", { tokens });
    const primary = items.find((channel) => channel.is_primary);
    if (!primary) throw new StackRefusal("NO_PRIMARY_EMAIL");
    const path = `/contact-channels/me/${encodeURIComponent(primary.id)}/send-verification-code`;
    await askStack(successSchema, path, { tokens, body: { callback_url: callbackUrl } });
  });
}
