import { z } from "zod";
import { isTime } from "#app/routes/todos/list/cursor.ts";
import type { UsersCursor, UsersSort, UsersView } from "./queries.server.ts";

/** By default the largest and the latest come first. */
const descendsAtFirst: Record<UsersSort, boolean> = {
  email: false,
  open: true,
  complete: true,
  total: true,
  latest: true,
};

/** Invalid parameters mean the default: by email, from the first user. */
export function parseUsersView(searchParams: URLSearchParams): UsersView {
  const asked = searchParams.get("sort") ?? "";
  const sort = isUsersSort(asked) ? asked : "email";
  const order = searchParams.get("order");
  const descending = order === "asc" || order === "desc" ? order === "desc" : descendsAtFirst[sort];
  return { sort, descending, after: parseUsersCursor(searchParams.get("after"), sort) };
}

/** Where the link in a column's header leads: to the other direction where the column is sorted already. */
export function sortedBy(sort: UsersSort, current: UsersView): string {
  return usersPath({
    sort,
    descending: current.sort === sort ? !current.descending : descendsAtFirst[sort],
    after: null,
  });
}

/** Its hash keeps a browser without JavaScript at the table. */
export function usersPath({ sort, descending, after }: UsersView): string {
  const query = new URLSearchParams({ sort, order: descending ? "desc" : "asc" });
  if (after) query.set("after", formatUsersCursor(after));
  return `/stats?${query}#users`;
}

function formatUsersCursor({ value, userId }: UsersCursor): string {
  return Buffer.from(JSON.stringify([value, userId])).toString("base64url");
}

// Postgres has no NUL in a text.
const text = z
  .string()
  .max(1_000)
  .refine((value) => !value.includes("\0"));
const count = z.string().regex(/^\d{1,15}$/);

const values = {
  email: text.nullable(),
  open: count,
  complete: count,
  total: count,
  latest: z.string().refine(isTime).nullable(),
} satisfies Record<UsersSort, z.ZodType<string | null>>;

function parseUsersCursor(cursor: string | null, sort: UsersSort): UsersCursor | null {
  if (!cursor) return null;
  try {
    const parts = JSON.parse(Buffer.from(cursor, "base64url").toString());
    const [value, userId] = z.tuple([values[sort], text.min(1)]).parse(parts);
    return { value, userId };
  } catch {
    return null;
  }
}

function isUsersSort(value: string): value is UsersSort {
  return Object.hasOwn(descendsAtFirst, value);
}
