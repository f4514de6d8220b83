import type { ActionFunctionArgs } from "@remix-run/node";
import { z } from "zod";
import { readUser, type StackUser, stackUserSchema, userIdSchema } from "#app/auth/stack/users.server.ts";
import { database } from "#app/db/current.server.ts";
import { retryHeaders } from "#app/http/headers.ts";
import { environment } from "#app/platform/environment.server.ts";
import { tryLaterOf } from "#app/platform/fault.server.ts";
import { logOutage } from "#app/platform/log.server.ts";
import { markProfileDeleted, storeProfile } from "#app/profiles/stored-profiles.server.ts";
import { verifiedAttempt } from "./signature.server.ts";

const eventSchema = z.union([
  z.object({ type: z.literal(["user.created", "user.updated"]), data: stackUserSchema }),
  z.object({ type: z.literal("user.deleted"), data: z.object({ id: userIdSchema }) }),
  // Teams, and other events that Stack may add.
  z
    .object({ type: z.string().regex(/^(?!user\.(created|updated|deleted)$)/) })
    .transform(() => "other" as const),
]);
type Event = z.infer<typeof eventSchema>;

export function loader() {
  return environment().stackWebhookSecret ? answer(405, { Allow: "POST" }) : answer(404);
}

/** For databases that Neon does not sync. Stack repeats what is not answered with 2xx. */
export async function action({ request }: ActionFunctionArgs) {
  const { stackWebhookSecret } = environment();
  if (stackWebhookSecret === undefined || request.method !== "POST") return loader();
  const body = await request.text();
  const attemptedAt = verifiedAttempt(request.headers, body, stackWebhookSecret);
  if (attemptedAt === undefined) return answer(401);
  const event = eventSchema.safeParse(parseJson(body)).data;
  if (event === undefined) return answer(400);
  try {
    await apply(event, attemptedAt);
    return answer(204);
  } catch (error) {
    // Not rethrown: Remix would log the whole error, which may quote the row.
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
 * Stores a user as Stack has them now, however old the event is. If Stack has no such user, or not yet everywhere, the
 * event's data counts, as no newer than Stack's answer, whatever the sender's clock says.
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
