import type { ActionFunctionArgs } from "@remix-run/node";
import { z } from "zod";
import { readUser, type StackUser, stackUserSchema, userIdSchema } from "#app/auth/stack/users.server.ts";
import { database } from "#app/db/current.server.ts";
import { readText, webhookLimitBytes } from "#app/http/body.server.ts";
import { retryHeaders } from "#app/http/headers.ts";
import { environment } from "#app/platform/environment.server.ts";
import { tryLaterOf } from "#app/platform/fault.server.ts";
import { logOutage } from "#app/platform/log.server.ts";
import { markProfileDeleted, storeProfile } from "#app/profiles/stored-profiles.server.ts";
import { verifiedAttempt } from "./signature.server.ts";

const eventSchema = z.union([
  z.object({ type: z.literal(["user.created", "user.updated"]), data: stackUserSchema }),
  z.object({ type: z.literal("user.deleted"), data: z.object({ id: userIdSchema }) }),
  // Teams and whatever else Stack may come to tell of.
  z
    .object({ type: z.string().regex(/^(?!user\.(created|updated|deleted)$)/) })
    .transform(() => "other" as const),
]);
type Event = z.infer<typeof eventSchema>;

export function loader() {
  return environment().stackWebhookSecret ? answer(405, { Allow: "POST" }) : answer(404);
}

/** Takes what Stack tells of its users, where Neon does not. Whatever is not answered with 2xx is delivered again. */
export async function action({ request }: ActionFunctionArgs) {
  const { stackWebhookSecret } = environment();
  if (stackWebhookSecret === undefined || request.method !== "POST") return loader();
  const body = await readText(request, webhookLimitBytes);
  if (body === undefined) return answer(413);
  const attemptedAt = verifiedAttempt(request.headers, body, stackWebhookSecret);
  if (attemptedAt === undefined) return answer(401);
  const event = eventSchema.safeParse(parseJson(body)).data;
  if (event === undefined) return answer(400);
  try {
    await apply(event, attemptedAt);
    return answer(204);
  } catch (error) {
    // In one line, and not rethrown: Remix would log all of the error, which may quote the row.
    logOutage("POST /webhooks/stack", error);
    const tryLater = tryLaterOf(error);
    return tryLater
      ? new Response(null, { status: 503, headers: retryHeaders(tryLater.retryAfter) })
      : answer(500);
  }
}

async function apply(event: Event, attemptedAt: Date): Promise<void> {
  if (event === "other") return;
  if (event.type === "user.deleted") await database().query(markProfileDeleted(event.data.id));
  else await storeAsAtStack(event.data, attemptedAt);
}

/**
 * Stores a user as Stack knows him now, however old the event is. Where Stack does not know him any more, or not yet
 * everywhere, what was sent along is all there is; it is no newer than Stack's answer, whatever the sender's clock.
 */
async function storeAsAtStack(sent: StackUser, attemptedAt: Date): Promise<void> {
  const readAt = new Date();
  const user = await readUser(sent.id);
  const profile = user
    ? storeProfile(user, readAt)
    : storeProfile(sent, attemptedAt < readAt ? attemptedAt : readAt);
  await database().query(profile);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function answer(status: number, headers: Record<string, string> = {}): Response {
  return new Response(null, { status, headers: { "Cache-Control": "no-store", ...headers } });
}
