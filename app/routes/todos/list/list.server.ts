import {
  endSessionOfDeleted,
  isDeleted,
  readSession,
  rememberProfile,
  type Session,
} from "#app/auth/session/session.server.ts";
import { database } from "#app/db/current.server.ts";
import { sweepNowAndThen } from "#app/db/sweep.server.ts";
import { notNow } from "#app/http/not-now.server.ts";
import { isOverdue } from "#app/profiles/arrival.server.ts";
import { readUndoOffer } from "#app/routes/todos/undo/cookie.server.ts";
import { completedTodos } from "./completed.server.ts";
import { partOf } from "./linked-todo.server.ts";
import { pageOf, remainingOf, toPage } from "./list-part.server.ts";
import { parseListView } from "./list-view.ts";
import { listVersion, teamProgress, viewer } from "./queries.server.ts";

/**
 * Everything that `/` shows, in one round trip and one snapshot of the database; two where a link leads to a todo.
 * @returns the page's data, its status, and the Set-Cookie value if the session changed
 */
export async function readList(request: Request) {
  try {
    const { session, setCookie, wasDeleted = false } = await readSession(request);
    if (!session) return { data: { view: "landing" as const, wasDeleted }, setCookie };

    const listView = parseListView(new URL(request.url).searchParams);
    const { part, isLinkedThere } = await partOf(listView, session.userId);
    const [[profile], newestFirst, [count], team, [list], [done]] = await database().snapshot(
      viewer(session),
      pageOf(part),
      remainingOf(part),
      teamProgress(session.userId, listView.teamFrom),
      listVersion(),
      completedTodos(session.userId),
    );
    if (isDeleted(session, profile)) {
      return { data: { view: "landing" as const, wasDeleted: true }, setCookie: await endSessionOfDeleted() };
    }
    sweepNowAndThen();

    return {
      data: {
        view: "list" as const,
        version: list?.version ?? "",
        viewer: toViewer(session, profile),
        isProfileMissing: !profile && isOverdue(session),
        listView,
        ...toPage(newestFirst, count),
        ownerId: part.filter.ownerId,
        isNewestPage: part.before === null,
        isLinkedThere,
        completed: done?.completed ?? 0,
        ownCompleted: done?.ownCompleted ?? 0,
        team,
        addKey: crypto.randomUUID(),
        undo: await readUndoOffer(request, session),
      },
      setCookie: profile && !session.profileSeen ? await rememberProfile(request, setCookie) : setCookie,
    };
  } catch (error) {
    const unavailable = notNow("GET /", error);
    return { data: { view: "unavailable" as const, ...unavailable }, setCookie: undefined };
  }
}

export type ListData = Awaited<ReturnType<typeof readList>>["data"];
export type Viewer = ReturnType<typeof toViewer>;

function toViewer(session: Session, profile: { email: string | null; isAdmin: boolean } | undefined) {
  return {
    id: session.userId,
    email: profile ? profile.email : session.email,
    isAdmin: profile?.isAdmin ?? false,
  };
}
