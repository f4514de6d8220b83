import { z } from "zod";
import type { Session } from "#app/auth/session/session.server.ts";
import { clearCookie, secretCookie } from "#app/http/cookies.server.ts";
import type { Form } from "#app/http/form.server.ts";
import { isByScript, type Undoable } from "../changes/answer.ts";

/** Long enough to read a page and press its button, also after a reload. A script gets the offer with its answer. */
const offeredForSeconds = 60;

const contentSchema = z.object({
  userId: z.string(),
  batch: z.uuid(),
  count: z.number(),
  sentence: z.string(),
});

/**
 * The Set-Cookie value after a change: the next pages offer to undo what a plain form has changed, or no longer offer
 * what was changed before it. A cookie, because a plain form leads back to the address that it came from: one with the
 * batch in it would be bookmarked and shared, and would offer it forever.
 * @param undoable null: the change left nothing to undo; undefined: the offer stays as it is
 */
export async function undoCookie(
  form: Form | undefined,
  { userId }: Session,
  undoable: Undoable | null | undefined,
): Promise<string | undefined> {
  // The offer of an earlier change would be taken for one of this.
  if (undoable === null || undoable?.count === 0) return clearCookie(cookie());
  if (!undoable || isByScript(form)) return undefined;
  return cookie().serialize({ ...undoable, userId } satisfies z.infer<typeof contentSchema>);
}

/** What a page offers to undo; null: nothing, or what another user did who was signed in before. */
export async function readUndoOffer(request: Request, { userId }: Session): Promise<Undoable | null> {
  const header = request.headers.get("Cookie");
  if (!header?.includes(`${cookie().name}=`)) return null;
  const content = contentSchema.safeParse(await cookie().parse(header)).data;
  if (content?.userId !== userId) return null;
  const { batch, count, sentence } = content;
  return { batch, count, sentence };
}

function cookie() {
  return secretCookie("todos-undo", offeredForSeconds);
}
