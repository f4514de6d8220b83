import { z } from "zod";
import type { Session } from "#app/auth/session/session.server.ts";
import { clearCookie, secretCookie } from "#app/http/cookies.server.ts";
import type { Undoable } from "#app/routes/todos/changes/answer.ts";

/**
 * Long enough to read a page and press the button of it, also after a reload. Whoever has a script gets the offer with
 * its answer, and no cookie.
 */
const offeredForSeconds = 60;

const contentSchema = z.object({
  userId: z.string(),
  batch: z.uuid(),
  intent: z.enum(["delete", "toggle-all", "clear-completed"]),
  count: z.number(),
});

/**
 * The Set-Cookie value that lets the next pages offer to undo a change. A cookie, because a plain form leads back to
 * the very address that it came from: one with the batch in it would be bookmarked and sent to others, and would offer
 * it for ever.
 */
export function offerUndo({ userId }: Session, undoable: Undoable): Promise<string> {
  return undoCookie().serialize({ ...undoable, userId } satisfies z.infer<typeof contentSchema>);
}

/** What a page is to offer to undo; null: nothing, or what somebody else has done who was signed in before. */
export async function readUndoOffer(request: Request, { userId }: Session): Promise<Undoable | null> {
  const header = request.headers.get("Cookie");
  if (!header?.includes(`${undoCookie().name}=`)) return null;
  const content = contentSchema.safeParse(await undoCookie().parse(header)).data;
  if (content?.userId !== userId) return null;
  const { batch, intent, count } = content;
  return { batch, intent, count };
}

/** The Set-Cookie value after which nothing is offered. */
export function endUndoOffer(): Promise<string> {
  return clearCookie(undoCookie());
}

function undoCookie() {
  return secretCookie("todos-undo", offeredForSeconds);
}
