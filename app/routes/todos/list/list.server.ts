import { readAsUser } from "#app/auth/session/guard.server.ts";
import { readSession, type Session } from "#app/auth/session/session.server.ts";
import { viewerOf } from "#app/auth/session/viewers.server.ts";
import { database } from "#app/db/current.server.ts";
import { notNow } from "#app/http/not-now.server.ts";
import { isOverdue } from "#app/profiles/arrival.server.ts";
import { readUndoOffer } from "#app/routes/todos/undo/cookie.server.ts";
import { sweepNowAndThen } from "#app/sweep.server.ts";
import { completedTodos } from "./completed.server.ts";
import { partOf } from "./linked-todo.server.ts";
import { pageOf, remainingOf, toPage } from "./list-part.server.ts";
import { parseListView } from "./list-view.ts";
import { listVersion, teamProgress } from "./queries.server.ts";

/**
 * Everything that `/` shows, in one round trip and one snapshot of the database; two where a link leads to a todo.
 * @returns the page's data, its status, and the Set-Cookie value if the session changed
 */
export async function readList(request: Request) {
  try {
    const asked = await readAsUser(request, await readSession(request), readParts);
    const { setCookie } = asked;
    if (!asked.isSignedIn) {
      return { data: { view: "landing" as const, wasDeleted: asked.wasDeleted }, setCookie };
    }
    sweepNowAndThen();

    const { session, viewer, hasProfile, data } = asked;
    const isProfileMissing = !hasProfile && isOverdue(session);
    const undo = await readUndoOffer(request, session);
    return {
      data: { view: "list" as const, viewer, isProfileMissing, ...data, addKey: crypto.randomUUID(), undo },
      setCookie,
    };
  } catch (error) {
    const unavailable = notNow("GET /", error);
    return { data: { view: "unavailable" as const, ...unavailable }, setCookie: undefined };
  }

  async function readParts(session: Session) {
    const listView = parseListView(new URL(request.url).searchParams);
    const { part, isLinkedThere } = await partOf(listView, session.userId);
    const [[profile], newestFirst, [count], team, [list], [done]] = await database().snapshot(
      viewerOf(session),
      pageOf(part),
      remainingOf(part),
      teamProgress(session.userId, listView.teamFrom),
      listVersion(),
      completedTodos(session.userId),
    );
    const data = {
      version: list?.version ?? "",
      listView,
      ...toPage(newestFirst, count),
      ownerId: part.filter.ownerId,
      isNewestPage: part.before === null,
      isLinkedThere,
      completed: done?.completed ?? 0,
      ownCompleted: done?.ownCompleted ?? 0,
      team,
    };
    return { profile, data };
  }
}

export type ListData = Awaited<ReturnType<typeof readList>>["data"];
