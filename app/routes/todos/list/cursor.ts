export const todosPerPage = 50;

/** A place in the list: the todos before it are older. */
export interface Cursor {
  /** ISO 8601 in UTC, with microseconds. */
  insertedAt: string;
  id: string;
}

/** As in a URL: `?before=2026-11-21T10:00:00.000001Z_42`. */
export function formatCursor({ insertedAt, id }: Cursor): string {
  return `${insertedAt}_${id}`;
}

/** @returns null if it is invalid: the newest page is shown then */
export function parseCursor(value: string | null): Cursor | null {
  const [insertedAt, id, ...rest] = value?.split("_") ?? [];
  if (!insertedAt || !id || rest.length > 0 || !isTodoId(id)) return null;
  return isTime(insertedAt) ? { insertedAt, id } : null;
}

/** Whether Postgres takes it for a time in UTC, to the microsecond: not 30 February, not the year 0. */
export function isTime(value: string): boolean {
  if (!/^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(value)) return false;
  const time = new Date(value);
  return !Number.isNaN(time.valueOf()) && time.toISOString().slice(0, 19) === value.slice(0, 19);
}

/** Whether it is a positive bigint as Postgres writes it. */
export function isTodoId(value: string): boolean {
  return /^[1-9][0-9]{0,18}$/.test(value) && BigInt(value) <= 9223372036854775807n;
}
