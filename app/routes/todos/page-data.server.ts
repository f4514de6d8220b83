import {
  endSessionOfDeleted,
  isDeleted,
  readSession,
  rememberProfile,
} from "#app/auth/session/session.server.ts";
import { sweepNowAndThen } from "#app/db/sweep.server.ts";
import { notNow } from "#app/http/not-now.server.ts";
import type { TryLater } from "#app/platform/fault.server.ts";
import type { Undoable } from "./changes/answer.ts";
import { type List, readList } from "./list/read.server.ts";
import { parseListView } from "./list/views.ts";
import { readUndoOffer } from "./undo/cookie.server.ts";

/** What `/` shows. */
export type PageData =
  | { view: "landing"; wasDeleted: boolean }
  | ({ view: "unavailable" } & TryLater)
  | ({ view: "list"; addKey: string; undo: Undoable | null } & List);

/**
 * Reads everything that `/` shows.
 * @returns the Set-Cookie value, too, if the session changed
 */
export async function readPage(
  request: Request,
): Promise<{ data: PageData; setCookie?: string | undefined }> {
  try {
    const { session, setCookie, wasDeleted = false } = await readSession(request);
    if (!session) return { data: { view: "landing", wasDeleted }, setCookie };

    const { profile, list } = await readList(session, parseListView(new URL(request.url).searchParams));
    if (isDeleted(session, profile)) {
      return { data: { view: "landing", wasDeleted: true }, setCookie: await endSessionOfDeleted() };
    }
    sweepNowAndThen();
    const undo = await readUndoOffer(request, session);
    return {
      data: { view: "list", ...list, addKey: crypto.randomUUID(), undo },
      setCookie: profile && !session.profileSeen ? await rememberProfile(request, setCookie) : setCookie,
    };
  } catch (error) {
    return { data: { view: "unavailable", ...notNow("GET /", error) } };
  }
}
