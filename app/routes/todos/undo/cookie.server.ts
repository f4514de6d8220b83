import { z } from "zod";
import type { Session } from "#app/auth/session/session.server.ts";
import { clearCookie, secretCookie } from "#app/http/cookies.server.ts";
import type { Form } from "#app/http/form.server.ts";
import { isByScript, type Undoable } from "../changes/answer.ts";

/** Enough to read a page and press its button, even after a reload. */
const offeredForSeconds = 60;

const contentSchema = z.object({
  userId: z.string(),
  batch: z.uuid(),
  count: z.number(),
  sentence: z.string(),
});

/**
 * Lets the next pages offer to undo what a plain form has changed; a script gets the offer with its answer. Not in the
 * URL, which would be bookmarked and shared, and would offer it forever.
 * @param undoable null: nothing is left to undo; undefined: the offer stays as it is
 */
export async function undoCookie(
  form: Form | undefined,
  { userId }: Session,
  undoable: Undoable | null | undefined,
): Promise<string | undefined> {
  // An earlier offer would be taken for one to undo this change.
  if (undoable === null || undoable?.count === 0) return clearCookie(cookie());
  if (!undoable || isByScript(form)) return undefined;
  return cookie().serialize({ ...undoable, userId } satisfies z.infer<typeof contentSchema>);
}

/** @returns null, too, for what another user changed who was signed in before */
export async function readUndoOffer(request: Request, { userId }: Session): Promise<Undoable | null> {
  const content = contentSchema.safeParse(await cookie().parse(request.headers.get("Cookie"))).data;
  if (content?.userId !== userId) return null;
  const { batch, count, sentence } = content;
  return { batch, count, sentence };
}

function cookie() {
  return secretCookie("todos-undo", offeredForSeconds);
}
