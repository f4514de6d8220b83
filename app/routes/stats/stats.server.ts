import { readAsUser } from "#app/auth/session/guard.server.ts";
import { readSession } from "#app/auth/session/session.server.ts";
import { viewerOf } from "#app/auth/session/viewers.server.ts";
import { database } from "#app/db/current.server.ts";
import { todayOf } from "#app/routes/todos/details/today.server.ts";
import { toDailyChart } from "./daily-chart.server.ts";
import {
  statsTotals,
  todosPerDay,
  type UserStats,
  type UsersView,
  usersCursor,
  usersPage,
  usersPerPage,
} from "./queries.server.ts";
import { parseUsersView, sortedBy, usersPath } from "./users-view.server.ts";

const percent = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });

export async function readStats(request: Request) {
  const view = parseUsersView(new URL(request.url).searchParams);
  return readAsUser(request, await readSession(request), async (session) => {
    const [[profile], [totals], days, users] = await database().snapshot(
      viewerOf(session),
      statsTotals(session),
      todosPerDay(session),
      usersPage(session, view, todayOf(request)),
    );
    const data = {
      totals: withShare(totals ?? { users: 0, todos: 0, complete: 0 }),
      days,
      chart: toDailyChart(days),
      users: toTable(view, users),
    };
    return { profile, data };
  });
}

export type Stats = Extract<Awaited<ReturnType<typeof readStats>>, { isSignedIn: true }>["data"];

function withShare(totals: { users: number; todos: number; complete: number }) {
  return { ...totals, share: percent.format(totals.complete / (totals.todos || 1)) };
}

function toTable(view: UsersView, rows: UserStats[]) {
  const users = rows.slice(0, usersPerPage);
  const last = rows.length > usersPerPage ? users.at(-1) : undefined;
  return {
    users,
    sort: view.sort,
    descending: view.descending,
    sortPaths: {
      email: sortedBy("email", view),
      open: sortedBy("open", view),
      complete: sortedBy("complete", view),
      total: sortedBy("total", view),
      latest: sortedBy("latest", view),
    },
    /** Null where there is no other page. */
    nextPath: last ? usersPath({ ...view, after: usersCursor(last, view.sort) }) : null,
    firstPath: view.after ? usersPath({ ...view, after: null }) : null,
  };
}
