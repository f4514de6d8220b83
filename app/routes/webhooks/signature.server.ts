import { Webhook } from "standardwebhooks";

/**
 * Also refuses what is older than five minutes, which could be a replay. Stack's sender, Svix, has its own names for
 * the standard's headers.
 * @param secret `whsec_` and base64
 * @returns when this delivery was attempted, to the second; undefined for an invalid signature
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function verifiedAttempt(headers: Headers, body: string, secret: string): Date | undefined {
  const header = (name: string) => headers.get(`svix-${name}`) ?? headers.get(`webhook-${name}`) ?? "";
  const timestamp = header("timestamp");
  try {
    new Webhook(secret).verify(
      body,
      {
        "webhook-id": header("id"),
        "webhook-timestamp": timestamp,
        "webhook-signature": header("signature"),
      },
      { jsonParse: false },
    );
    return new Date(Number.parseInt(timestamp, 10) * 1_000);
  } catch {
    return undefined;
  }
}
