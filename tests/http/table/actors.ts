import sql from "sql-template-tag";
import { z } from "zod";
import { sessionOf, stackRequest } from "#tests/setup/accounts.ts";
import { app } from "../app.ts";
import { setRole, signedInPeople } from "../people.ts";
import { rows, synced } from "../rows.ts";

export const actors = [
  "signed out",
  "user",
  "owner",
  "admin",
  "demoted admin",
  "deleted user",
  "erased user",
  "restricted user",
] as const;
export type Actor = (typeof actors)[number];

/** A client that is about to act, and the todo that it acts on. */
export interface Scene {
  cookie: string;
  userId: string;
  email: string;
  todoId: string;
}

/**
 * A new actor of a kind, and a todo: the owner's own, and another user's for all others.
 * @param password if the actor needs one
 */
export async function enter(actor: Actor, password?: string): Promise<Scene> {
  const [person, other] = await signedInPeople(2, password);
  if (!person || !other) throw new Error("There are no people");
  const { userId, email } = person;
  const cookie = await become(actor, person);
  return { userId, email, cookie, todoId: actor === "owner" ? person.todoId : other.todoId };
}

/** @returns the actor's cookie */
async function become(actor: Actor, { userId, cookie }: { userId: string; cookie: string }): Promise<string> {
  switch (actor) {
    case "signed out":
      return "";
    case "user":
    case "owner":
      return cookie;
    case "admin":
      await setRole(userId, "admin");
      return cookie;
    case "demoted admin":
      await setRole(userId, "admin");
      await setRole(userId, "none");
      return cookie;
    // The token stays valid for some minutes: the app does not ask Stack about it.
    case "deleted user":
      await deleteUser(userId);
      return cookie;
    case "erased user":
      await deleteUser(userId);
      await rows(z.never(), sql`delete from neon_auth.users_sync where id = ${userId}`);
      return cookie;
    case "restricted user":
      await stackRequest(app, "PATCH", `/users/${userId}`, { restricted_by_admin: true });
      await synced();
      return sessionOf(app, userId);
  }
}

/** Deletes a user at Stack, and waits until the sync has marked the profile. */
async function deleteUser(userId: string): Promise<void> {
  await stackRequest(app, "DELETE", `/users/${userId}`);
  await synced();
}

/** Sets up a todo that a user has just deleted. */
export async function letDelete(actorId: string, todoId: string) {
  await rows(
    z.never(),
    sql`
      with deleted as (delete from todos t where t.id = ${todoId}::bigint returning t.id, t.owner_id, to_jsonb(t) as was)
      insert into undoable_todos (batch, todo_id, actor_id, owner_id, kind, was)
      select gen_random_uuid(), id, ${actorId}, owner_id, 'removed', was
      from deleted
    `,
  );
  return {};
}

/** Sets up a todo that a user has just edited. @returns the batch that undoes it */
export async function letEdit(actorId: string, todoId: string): Promise<string> {
  const batch = crypto.randomUUID();
  await rows(
    z.never(),
    sql`
      insert into undoable_todos (batch, todo_id, actor_id, owner_id, kind, was, became)
      select ${batch}::uuid, t.id, ${actorId}, t.owner_id, 'edited', '{"task": "before"}', jsonb_build_object('task', t.task)
      from todos t
      where t.id = ${todoId}::bigint
    `,
  );
  return batch;
}

/** Sets up a todo that a user has just ticked, with others. @returns the batch that undoes it */
export async function letTick(actorId: string, todoId: string): Promise<string> {
  const batch = crypto.randomUUID();
  await rows(
    z.never(),
    sql`
      with ticked as (
        update todos set is_complete = true, completed_at = now() where id = ${todoId}::bigint returning id, owner_id
      )
      insert into undoable_todos (batch, todo_id, actor_id, owner_id, kind, was)
      select ${batch}::uuid, id, ${actorId}, owner_id, 'ticked', '{"is_complete": false, "completed_at": null}'
      from ticked
    `,
  );
  return batch;
}
