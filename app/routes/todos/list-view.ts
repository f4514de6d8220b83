import { type Cursor, formatCursor, parseCursor } from "./cursor.ts";

/** What part of the list somebody looks at, as the URL says it. */
export interface ListView {
  /** The todos before this one; null: the newest. */
  before: Cursor | null;
  /** The place in Team progress from which on all of it is shown; null: the first, and oneself. */
  teamFrom: number | null;
}

/** Reads the URL of `/`. Whatever makes no sense in it is left out. */
export function parseListView(searchParams: URLSearchParams): ListView {
  return {
    before: parseCursor(searchParams.get("before")),
    teamFrom: searchParams.get("team") === "all" ? parsePlace(searchParams.get("from")) : null,
  };
}

/**
 * Names the views that show everybody the same, each in one way.
 * @returns undefined for one that cannot be shared
 */
export function sharedKey({ before, teamFrom }: ListView): string | undefined {
  if (teamFrom !== null) return undefined;
  return before ? new URLSearchParams({ before: formatCursor(before) }).toString() : "";
}

/** A place in Team progress from a URL; 1 for anything that is none. */
function parsePlace(value: string | null): number {
  return value && /^[1-9]\d{0,8}$/.test(value) ? Number(value) : 1;
}
