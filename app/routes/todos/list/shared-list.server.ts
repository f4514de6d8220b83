import { database } from "#app/db/current.server.ts";
import { completedTodos } from "./completed.server.ts";
import { type ListPart, type Page, pageOf, remainingOf, toPage } from "./list-part.server.ts";
import { listVersion, type Member, type Remaining, type Todo, teamProgress } from "./queries.server.ts";

/** What everybody sees who looks at the same part of the list. */
export interface SharedList extends Page {
  /** Whose todos these are; null: everybody's. */
  ownerId: string | null;
  /** How many todos of all are completed. */
  completed: number;
  /** The first of Team progress; who looks may be missing among them. */
  team: Member[];
}

/** Names a part of the list in one way. */
export function keyOf({ filter: { complete, ownerId, query }, before }: ListPart): string {
  return JSON.stringify([complete, ownerId, query, before]);
}

/**
 * Reads several parts of the list in one round trip and one snapshot: three statements, one for each part, and one for
 * each count that they have.
 */
export async function readSharedLists(
  parts: ListPart[],
): Promise<{ version: string; team: Member[]; lists: SharedList[] }> {
  const counts = new Map(parts.map((part) => [countKeyOf(part), remainingOf(part)]));
  const [[state], team, [done], ...results] = await database().snapshot(
    listVersion(),
    teamProgress(null, null),
    completedTodos(null),
    ...parts.map(pageOf),
    ...counts.values(),
  );
  const countKeys = [...counts.keys()];
  const lists = parts.map((part, index) => {
    const [count] = results[parts.length + countKeys.indexOf(countKeyOf(part))] ?? [];
    const page = toPage((results[index] ?? []).filter(isTodo), count && !isTodo(count) ? count : undefined);
    return { ...page, ownerId: part.filter.ownerId, completed: done?.completed ?? 0, team };
  });
  return { version: state?.version ?? "", team, lists };
}

/** Pages of the same list have the same count, unless it is a part of a search. */
function countKeyOf({ filter, before }: ListPart): string {
  return keyOf({
    filter: filter.complete ? filter : { ...filter, complete: null },
    before: filter.query ? before : null,
  });
}

function isTodo(row: Todo | Remaining): row is Todo {
  return "task" in row;
}
