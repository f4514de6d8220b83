import sql from "sql-template-tag";
import { z } from "zod";
import { database } from "#app/db/current.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { runSql, signedIn } from "#tests/loaders/browser.ts";

// Two users and an admin, and what they have on their list.

export const bob = await signedIn("bob");
export const doug = await signedIn("doug");
export const admin = await signedIn("admin");
await setRole("admin");

/** The admin's. */
export async function setRole(role: "admin" | "none"): Promise<void> {
  await runSql(`update neon_auth.users_sync
    set raw_json = raw_json || '{"server_metadata": {"role": "${role}"}}' where id = '${admin.userId}'`);
}

export async function emptyList(): Promise<void> {
  await runSql("delete from todos");
  await runSql("delete from undoable_todos");
}

/** Every column of every todo, as text. */
export function everything() {
  return database().query(
    statement(
      z.object({ todo: z.string() }),
      sql`select coalesce(to_jsonb(t)::text, '') as todo from todos t order by t.id`,
    ),
  );
}

/** The todos that have something to undo. */
export function undoable() {
  return database().query(
    statement(
      z.object({ id: z.string() }),
      sql`select c.todo_id::text as id from undoable_todos c order by c.todo_id`,
    ),
  );
}
