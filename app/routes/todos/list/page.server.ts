import sql from "sql-template-tag";
import { type Statement, statement } from "#app/db/statement.server.ts";
import { isCounted, type Remaining, remainingMatches, remainingTodos } from "./counts.server.ts";
import { type Cursor, formatCursor, todosPerPage } from "./cursor.ts";
import { overduePage } from "./overdue.server.ts";
import { foundPage, remainingFound } from "./search.server.ts";
import { listed, matches, olderThan, type Todo, type TodoRow, todoRow } from "./todo.server.ts";
import type { Filter } from "./views.ts";

export interface ListPart {
  filter: Filter;
  /** The todos before this one; null: the newest. */
  before: Cursor | null;
}

export interface Page {
  todos: Todo[];
  /** The cursor of the page before it; null: there is none. */
  earlier: string | null;
  /** How many todos of the filter are open. */
  remaining: number;
  areMoreRemaining: boolean;
  /** The earlier pages go on searching. */
  isSearchedInPart: boolean;
}

/** Newest first, and one more than a page, to tell whether there are others. */
function todosPage(filter: Filter, before: Cursor | null) {
  return statement(
    todoRow,
    sql`
      ${listed}
        and ${matches(filter)}
        and ${olderThan(before)}
      order by t.inserted_at desc, t.id desc
      limit ${todosPerPage + 1}::int
    `,
  );
}

export function pageOf({ filter, before }: ListPart): Statement<TodoRow> {
  if (filter.query) return foundPage(filter, before);
  return filter.dueBefore ? overduePage(filter, before) : todosPage(filter, before);
}

export function remainingOf({ filter, before }: ListPart): Statement<Remaining> {
  if (isCounted(filter)) return remainingTodos(filter);
  return filter.query ? remainingFound(filter, before) : remainingMatches(filter);
}

/** @param newestFirst from `pageOf` @param count from `remainingOf` */
export function toPage(newestFirst: TodoRow[], count: Remaining | undefined): Page {
  const todos = newestFirst.slice(0, todosPerPage).reverse();
  const [oldest] = todos;
  const isFull = newestFirst.length > todosPerPage;
  const { searchedToAt = null, searchedToId = null } = count ?? {};
  const searchedTo =
    searchedToAt && searchedToId && !isFull ? { insertedAt: searchedToAt, id: searchedToId } : undefined;
  const earlier = isFull ? oldest : searchedTo;
  return {
    todos,
    earlier: earlier ? formatCursor(earlier) : null,
    remaining: count?.remaining ?? 0,
    areMoreRemaining: count?.areMore ?? false,
    isSearchedInPart: searchedTo !== undefined,
  };
}
