import sql from "sql-template-tag";
import { z } from "zod";
import { sessionOf, setRole, signedInPeople, stackRequest } from "../people.ts";
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

/** Somebody who is about to do something, and the todo to which he does it. */
export interface Scene {
  cookie: string;
  userId: string;
  email: string;
  todoId: string;
}

/**
 * Somebody new of a kind, and a todo: his own for the owner, somebody else's for the others.
 * @param password his, if he needs one
 */
export async function enter(actor: Actor, password?: string): Promise<Scene> {
  const [person, other] = await signedInPeople(2, password);
  if (!person || !other) throw new Error("There are no people");
  const { userId, email } = person;
  const cookie = await become(actor, person);
  return { userId, email, cookie, todoId: actor === "owner" ? person.todoId : other.todoId };
}

/** @returns the cookie with which he acts */
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
    // His token is good for some minutes more: nobody asks Stack about it.
    case "deleted user":
      await deleteUser(userId);
      return cookie;
    case "erased user":
      await deleteUser(userId);
      await rows(z.never(), sql`delete from neon_auth.users_sync where id = ${userId}`);
      return cookie;
    case "restricted user":
      await stackRequest("PATCH", `/users/${userId}`, { restricted_by_admin: true });
      await synced();
      return sessionOf(userId);
  }
}

/** Deletes somebody at Stack, and waits until the sync has marked his profile. */
async function deleteUser(userId: string): Promise<void> {
  await stackRequest("DELETE", `/users/${userId}`);
  await synced();
}

/** Lets somebody have deleted a todo a moment ago. */
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

/** Lets somebody have ticked a todo a moment ago, among others. @returns the batch that undoes it */
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
