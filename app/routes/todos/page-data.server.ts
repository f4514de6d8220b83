import type { Offers } from "#app/auth/provider/auth-provider.ts";
import { authProvider } from "#app/auth/provider.server.ts";
import { readAsUser } from "#app/auth/session/guard.server.ts";
import { readSession } from "#app/auth/session/session.server.ts";
import { sweepNowAndThen } from "#app/db/sweep.server.ts";
import { notNow } from "#app/http/not-now.server.ts";
import type { TryLater } from "#app/platform/fault.server.ts";
import { isOverdue } from "#app/profiles/arrival.server.ts";
import type { Undoable } from "./changes/answer.ts";
import { todayOf } from "./details/today.server.ts";
import { type List, readList } from "./list/read.server.ts";
import { type Sent, toSent } from "./list/sent-list.ts";
import { parseListView } from "./list/views.ts";
import { readUndoOffer } from "./undo/cookie.server.ts";

export type PageData =
  | ({ view: "landing"; wasDeleted: boolean } & Pick<Offers, "signUp">)
  | ({ view: "unavailable" } & TryLater)
  | Sent<ListData>;

export type ListData = { view: "list"; addKey: string; undo: Undoable | null } & List;

/** @returns the Set-Cookie value, too, if the session changed */
export async function readPage(
  request: Request,
): Promise<{ data: PageData; setCookie?: string | undefined }> {
  const listView = parseListView(new URL(request.url).searchParams);
  try {
    const asked = await readAsUser(request, await readSession(request), (session) =>
      readList(session, listView, todayOf(request)),
    );
    const { setCookie } = asked;
    if (!asked.isSignedIn) {
      const { signUp } = await authProvider().offers();
      return { data: { view: "landing", wasDeleted: asked.wasDeleted, signUp }, setCookie };
    }
    sweepNowAndThen();

    const { session, viewer, hasProfile, data } = asked;
    const isProfileMissing = !hasProfile && isOverdue(session);
    const undo = await readUndoOffer(request, session);
    return {
      data: toSent<ListData>({
        view: "list",
        viewer,
        isProfileMissing,
        ...data,
        addKey: crypto.randomUUID(),
        undo,
      }),
      setCookie,
    };
  } catch (error) {
    return { data: { view: "unavailable", ...notNow("GET /", error) } };
  }
}
