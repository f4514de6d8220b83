import { type Cursor, formatCursor, isTodoId, parseCursor } from "./cursor.ts";

export interface Filter {
  /** null: completed and open ones. */
  complete: boolean | null;
  /** null: everyone's. */
  ownerId: string | null;
  /** null: anyone, or nobody. */
  assigneeId: string | null;
  /** Todos whose day has passed; null: with any day, or none. */
  dueBefore: string | null;
  /** What the text contains; "": anything. */
  query: string;
}

export const wholeList: Filter = {
  complete: null,
  ownerId: null,
  assigneeId: null,
  dueBefore: null,
  query: "",
};

/** Whose view it is, and what day it is there, as YYYY-MM-DD. */
export interface Asker {
  userId: string;
  today: string;
}

/** A link above the list, and the URL parameter that it sets. */
interface View {
  parameter: string;
  value: string;
  link: string;
  filter(asker: Asker): Partial<Filter>;
  /** Which todos it shows: an adjective, or what follows the noun. */
  which: { before: string } | { after: string };
  empty: string;
  /** It may hide a todo that was just added. */
  hidesAdded?: true;
}

/** In the order of the links. Views of different parameters combine. */
export const views = [
  {
    parameter: "show",
    value: "active",
    link: "Active",
    filter: () => ({ complete: false }),
    which: { before: "open" },
    empty: "Nothing left to do.",
  },
  {
    parameter: "show",
    value: "completed",
    link: "Completed",
    filter: () => ({ complete: true }),
    which: { before: "completed" },
    empty: "Nothing completed yet.",
    hidesAdded: true,
  },
  {
    parameter: "owner",
    value: "me",
    link: "Mine",
    filter: ({ userId }) => ({ ownerId: userId }),
    which: { after: "of yours" },
    empty: "You have no todos yet. Add your first one above.",
  },
  {
    parameter: "assignee",
    value: "me",
    link: "Assigned to me",
    filter: ({ userId }) => ({ assigneeId: userId }),
    which: { after: "assigned to you" },
    empty: "Nothing is assigned to you.",
    hidesAdded: true,
  },
  {
    parameter: "show",
    value: "overdue",
    link: "Overdue",
    filter: ({ today }) => ({ complete: false, dueBefore: today }),
    which: { before: "overdue" },
    empty: "Nothing is overdue.",
    hidesAdded: true,
  },
] as const satisfies View[];

type Parameter = (typeof views)[number]["parameter"];
type Chosen = { [Name in Parameter]?: Extract<(typeof views)[number], { parameter: Name }>["value"] };

/** What the URL says. */
export interface ListView {
  chosen: Chosen;
  query: string;
  /** The URL has more than `longestQuery`. */
  isQueryCut: boolean;
  /** The todos before this one; null: the newest. */
  before: Cursor | null;
  /** The place from which Team progress is shown; null: the first page, and the viewer. */
  teamFrom: number | null;
  /** The linked todo. */
  todoId: string | null;
}

/** In code points. */
export const longestQuery = 200;

/** Leaves out what is invalid. */
export function parseListView(searchParams: URLSearchParams): ListView {
  const chosen = views.filter(({ parameter, value }) => searchParams.get(parameter) === value);
  const todoId = searchParams.get("todo");
  return {
    chosen: Object.fromEntries(chosen.map(({ parameter, value }) => [parameter, value])),
    ...parseQuery(searchParams.get("q") ?? ""),
    before: parseCursor(searchParams.get("before")),
    teamFrom: searchParams.get("team") === "all" ? parsePlace(searchParams.get("from")) : null,
    todoId: todoId && isTodoId(todoId) ? todoId : null,
  };
}

/** @returns "" or `?…`, which parses to the same view */
export function searchOf(view: Omit<ListView, "isQueryCut">): string {
  const { query, before, teamFrom, todoId } = view;
  const params = new URLSearchParams({
    ...Object.fromEntries(chosenViews(view).map(({ parameter, value }) => [parameter, value])),
    ...(query && { q: query }),
    ...(before && { before: formatCursor(before) }),
    ...(teamFrom !== null && { team: "all" }),
    ...(teamFrom !== null && teamFrom > 1 && { from: String(teamFrom) }),
    ...(todoId && { todo: todoId }),
  });
  return params.size > 0 ? `?${params}` : "";
}

export function chosenViews({ chosen }: Pick<ListView, "chosen">): View[] {
  return views.filter(({ parameter, value }) => chosen[parameter] === value);
}

export function filterOf(view: Pick<ListView, "chosen" | "query">, asker: Asker): Filter {
  const filters = chosenViews(view).map(({ filter }) => filter(asker));
  return Object.assign({ ...wholeList, query: view.query }, ...filters);
}

/** Without NUL, which Postgres does not have, and the white space around it. */
export function parseQuery(text: string): Pick<ListView, "query" | "isQueryCut"> {
  const characters = [...text.replaceAll("\0", "").trim()];
  return {
    query: characters.slice(0, longestQuery).join("").trim(),
    isQueryCut: characters.length > longestQuery,
  };
}

/** Without the todo that is being edited. */
export function withoutEdit(search: string): string {
  const params = new URLSearchParams(search);
  if (!params.has("edit")) return search;
  params.delete("edit");
  return params.size > 0 ? `?${params}` : "";
}

/** @returns 1 if it is invalid */
function parsePlace(value: string | null): number {
  return value && /^[1-9]\d{0,8}$/.test(value) ? Number(value) : 1;
}
