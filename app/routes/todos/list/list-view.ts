import { type Cursor, formatCursor, isTodoId, parseCursor } from "./cursor.ts";

/** Which part of the list somebody looks at, as the URL says it. */
export interface ListView {
  show: "active" | "completed" | null;
  /** His own todos alone. */
  isMine: boolean;
  /** What has to be in the text; "": anything. */
  query: string;
  /** More was asked for than is searched for. */
  isQueryCut: boolean;
  /** The todos before this one; null: the newest. */
  before: Cursor | null;
  /** The place in Team progress from which on all of it is shown; null: the first, and oneself. */
  teamFrom: number | null;
  /** The todo that a link leads to. */
  todoId: string | null;
}

/** How many characters are searched for at most, in code points. */
export const longestQuery = 200;

/** Reads the URL of `/`. Whatever makes no sense in it is left out. */
export function parseListView(searchParams: URLSearchParams): ListView {
  const show = searchParams.get("show");
  const query = parseQuery(searchParams.get("q") ?? "");
  const todoId = searchParams.get("todo");
  return {
    show: show === "active" || show === "completed" ? show : null,
    isMine: searchParams.get("owner") === "me",
    ...query,
    before: parseCursor(searchParams.get("before")),
    teamFrom: searchParams.get("team") === "all" ? parsePlace(searchParams.get("from")) : null,
    todoId: todoId && isTodoId(todoId) ? todoId : null,
  };
}

/** The query string of a view: "" or `?…`. It reads as the same view again. */
export function searchOf({ show, isMine, query, before, teamFrom, todoId }: ListView): string {
  const params = new URLSearchParams({
    ...(show && { show }),
    ...(isMine && { owner: "me" }),
    ...(query && { q: query }),
    ...(before && { before: formatCursor(before) }),
    ...(teamFrom !== null && { team: "all" }),
    ...(teamFrom !== null && teamFrom > 1 && { from: String(teamFrom) }),
    ...(todoId && { todo: todoId }),
  });
  return params.size > 0 ? `?${params}` : "";
}

/** Reads what is searched for. Postgres has no NUL, and white space around it is nobody's intention. */
export function parseQuery(text: string): Pick<ListView, "query" | "isQueryCut"> {
  const characters = [...text.replaceAll("\0", "").trim()];
  return {
    query: characters.slice(0, longestQuery).join("").trim(),
    isQueryCut: characters.length > longestQuery,
  };
}

/** A place in Team progress from a URL; 1 for anything that is none. */
function parsePlace(value: string | null): number {
  return value && /^[1-9]\d{0,8}$/.test(value) ? Number(value) : 1;
}
