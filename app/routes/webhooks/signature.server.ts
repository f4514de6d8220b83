import { Webhook } from "standardwebhooks";

/**
 * Checks who sent a webhook, what he sent, and that it was within the last five minutes: he may be repeating what
 * he overheard. Stack's sender, Svix, has names of its own for the headers of the standard.
 * @param secret `whsec_` and base64
 * @returns when this delivery was attempted, to the second; undefined unless all of it is right
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
