import type { Statement } from "#app/db/statement.server.ts";
import { type Cursor, formatCursor } from "./cursor.ts";
import type { ListView } from "./list-view.ts";
import { type Remaining, remainingTodos, type Todo, todosPage, todosPerPage } from "./queries.server.ts";
import { foundPage, remainingFound } from "./search.server.ts";

/** Which todos, out of all. */
export interface Filter {
  /** Completed ones or open ones; null: both. */
  complete: boolean | null;
  /** null: everybody's. */
  ownerId: string | null;
  /** What has to be in the text; "": anything. */
  query: string;
}

/** All of the list. */
export const wholeList: Filter = { complete: null, ownerId: null, query: "" };

/** A part of the list that may be the same for several people. */
export interface ListPart {
  filter: Filter;
  /** The todos before this one; null: the newest. */
  before: Cursor | null;
}

/** What somebody sees of the list's todos. */
export interface Page {
  todos: Todo[];
  /** The cursor of the page before it; null: there is none. */
  earlier: string | null;
  /** How many of those that the filter leaves are open. */
  remaining: number;
  /** There may be more. */
  areMoreRemaining: boolean;
  /** Not all was searched yet: the earlier pages go on. */
  isSearchedInPart: boolean;
}

/** What a view comes to for the one who looks. */
export function filterOf({ show, isMine, query }: ListView, userId: string): Filter {
  return { complete: show && show === "completed", ownerId: isMine ? userId : null, query };
}

/** The statement that reads the todos of a part, newest first, one more than a page. */
export function pageOf({ filter, before }: ListPart): Statement<Todo> {
  return filter.query ? foundPage(filter, before) : todosPage(filter, before);
}

/** The statement that counts what is open in a part, and says how far it was searched. */
export function remainingOf({ filter, before }: ListPart): Statement<Remaining> {
  return filter.query ? remainingFound(filter, before) : remainingTodos(filter);
}

/** A page in the order of the list, out of what these two statements answer. */
export function toPage(newestFirst: Todo[], count: Remaining | undefined): Page {
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
