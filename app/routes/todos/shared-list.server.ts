import { database } from "#app/db/current.server.ts";
import { formatCursor } from "./cursor.ts";
import type { ListView } from "./list-view.ts";
import {
  listVersion,
  type Member,
  remainingTodos,
  type Todo,
  teamProgress,
  todosPage,
  todosPerPage,
} from "./queries.server.ts";

/** What everybody sees who looks at the same part of the list. */
export interface SharedList {
  todos: Todo[];
  /** The cursor of the page before it; null: there is none. */
  earlier: string | null;
  remaining: number;
  /** The first of Team progress; who looks may be missing among them. */
  team: Member[];
}

/** Reads several parts of the list in one round trip and one snapshot: three statements, and one for each part. */
export async function readSharedLists(
  views: ListView[],
): Promise<{ version: string; team: Member[]; lists: SharedList[] }> {
  const [[state], [count], team, ...pages] = await database().snapshot(
    listVersion(),
    remainingTodos(),
    teamProgress(null, null),
    ...views.map(({ before }) => todosPage(before)),
  );
  const remaining = count?.remaining ?? 0;
  const lists = pages.map((newestFirst) => ({ ...toPage(newestFirst), remaining, team }));
  return { version: state?.version ?? "", team, lists };
}

/** A page of todos in the order of the list, out of what `todosPage` answers. */
export function toPage(newestFirst: Todo[]): Pick<SharedList, "todos" | "earlier"> {
  const todos = newestFirst.slice(0, todosPerPage).reverse();
  const [oldest] = todos;
  return { todos, earlier: oldest && newestFirst.length > todosPerPage ? formatCursor(oldest) : null };
}
