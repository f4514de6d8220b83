import { endSession, readSession, rememberProfile, type Session } from "#app/auth/session.server.ts";
import { database } from "#app/db/current.server.ts";
import { asUnavailable, logOutage } from "#app/http/unavailable.server.ts";
import { isOverdue } from "#app/profiles/arrival.server.ts";
import { sweepNowAndThen } from "#app/profiles/sweep.server.ts";
import { formatCursor, parseCursor } from "./cursor.ts";
import { remainingTodos, teamProgress, todosPage, todosPerPage, viewer } from "./queries.server.ts";

/**
 * Everything that `/` shows, in one round trip and one snapshot of the database.
 * @returns the page's data, its status, and the Set-Cookie value if the session changed
 */
export async function readList(request: Request) {
  try {
    const { session, setCookie, wasDeleted = false } = await readSession(request);
    if (!session) return { data: { view: "landing" as const, wasDeleted }, setCookie };

    const { searchParams } = new URL(request.url);
    const before = parseCursor(searchParams.get("before"));
    const teamFrom = searchParams.get("team") === "all" ? parsePlace(searchParams.get("from")) : null;
    const [[profile], newestFirst, [count], team] = await database().snapshot(
      viewer(session),
      todosPage(before),
      remainingTodos(),
      teamProgress(session, teamFrom),
    );
    if (profile ? profile.isDeleted : session.profileSeen) {
      return { data: { view: "landing" as const, wasDeleted: true }, setCookie: await endSession() };
    }
    sweepNowAndThen();

    const todos = newestFirst.slice(0, todosPerPage).reverse();
    const [oldest] = todos;
    return {
      data: {
        view: "list" as const,
        viewer: toViewer(session, profile),
        isProfileMissing: !profile && isOverdue(session),
        todos,
        earlier: oldest && newestFirst.length > todosPerPage ? formatCursor(oldest) : null,
        isNewestPage: before === null,
        remaining: count?.remaining ?? 0,
        team,
        teamFrom,
        addKey: crypto.randomUUID(),
      },
      setCookie: profile && !session.profileSeen ? await rememberProfile(request, setCookie) : setCookie,
    };
  } catch (error) {
    const unavailable = asUnavailable(error);
    if (!unavailable) throw error;
    logOutage("GET /", error);
    return { data: { view: "unavailable" as const, ...unavailable }, setCookie: undefined };
  }
}

export type ListData = Awaited<ReturnType<typeof readList>>["data"];
export type Viewer = ReturnType<typeof toViewer>;

/** A place in Team progress from a URL; 1 for anything that is none. */
function parsePlace(value: string | null): number {
  return value && /^[1-9]\d{0,8}$/.test(value) ? Number(value) : 1;
}

function toViewer(session: Session, profile: { email: string | null; isAdmin: boolean } | undefined) {
  return {
    id: session.userId,
    email: profile ? profile.email : session.email,
    isAdmin: profile?.isAdmin ?? false,
  };
}
