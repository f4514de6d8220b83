import type { Viewer } from "#app/auth/session/guard.server.ts";
import type { Session } from "#app/auth/session/session.server.ts";
import { viewerOf } from "#app/auth/session/viewers.server.ts";
import { database } from "#app/db/current.server.ts";
import { listVersion, type Remaining } from "./counts.server.ts";
import { partOf } from "./linked-todo.server.ts";
import { type ListPart, type Page, pageOf, remainingOf, toPage } from "./page.server.ts";
import { type Team, teamProgress } from "./team.server.ts";
import type { TodoRow } from "./todo.server.ts";
import type { Filter, ListView } from "./views.ts";

/** What everyone sees of the same part of the list. */
export interface SharedList extends Page {
  filter: Filter;
  /** Maybe without the viewer. */
  team: Team;
}

/** The list as one user sees it. */
export interface List extends SharedList {
  /** Grows with every change of todos and users. */
  version: string;
  viewer: Viewer;
  /** The profile should have been here long ago. */
  isProfileMissing: boolean;
  listView: ListView;
  /** What day it is for the viewer, as YYYY-MM-DD. */
  today: string;
  isNewestPage: boolean;
  /** The linked todo is there; true without one. */
  isLinkedThere: boolean;
  /** How many of the viewer's own todos are completed. */
  ownCompleted: number;
}

/** One round trip and one snapshot of the database; another one for a linked todo. */
export async function readList(session: Session, listView: ListView, today: string) {
  const { part, isLinkedThere } = await partOf(listView, { userId: session.userId, today });
  const [[profile], newestFirst, [count], [team], [state]] = await database().snapshot(
    viewerOf(session),
    pageOf(part),
    remainingOf(part),
    teamProgress(session.userId, listView.teamFrom),
    listVersion(),
  );
  const { ownCompleted, ...whole } = team ?? noTeam;
  const data = {
    version: state?.version ?? "",
    listView,
    today,
    ...toPage(newestFirst, count),
    filter: part.filter,
    isNewestPage: part.before === null,
    isLinkedThere,
    ownCompleted,
    team: whole,
  };
  return { profile, data };
}

const noTeam = { shown: [], members: 0, complete: 0, total: 0, ownCompleted: 0 };

export function keyOf(part: ListPart): string {
  return JSON.stringify(part);
}

/** One round trip and one snapshot: two statements, one for each part, and one for each different count. */
export async function readSharedLists(
  parts: ListPart[],
): Promise<{ version: string; team: Team; lists: SharedList[] }> {
  const counts = new Map(parts.map((part) => [countKeyOf(part), remainingOf(part)]));
  const [[state], [counted], ...results] = await database().snapshot(
    listVersion(),
    teamProgress(null, null),
    ...parts.map(pageOf),
    ...counts.values(),
  );
  const { ownCompleted: _, ...team } = counted ?? noTeam;
  const countKeys = [...counts.keys()];
  const lists = parts.map((part, index) => {
    const [count] = results[parts.length + countKeys.indexOf(countKeyOf(part))] ?? [];
    const page = toPage((results[index] ?? []).filter(isTodo), count && !isTodo(count) ? count : undefined);
    return { ...page, filter: part.filter, team };
  });
  return { version: state?.version ?? "", team, lists };
}

/** Pages of the same list share their count, except in a search. */
function countKeyOf({ filter, before }: ListPart): string {
  return keyOf({
    filter: filter.complete ? filter : { ...filter, complete: null },
    before: filter.query ? before : null,
  });
}

function isTodo(row: TodoRow | Remaining): row is TodoRow {
  return "task" in row;
}
