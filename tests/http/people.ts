import sql from "sql-template-tag";
import { z } from "zod";
import { newUser, sessionOf, stackRequest } from "#tests/setup/accounts.ts";
import { app } from "./app.ts";
import { rows, synced } from "./rows.ts";

/** A signed-in user who owns one open todo. */
export interface Person {
  userId: string;
  email: string;
  cookie: string;
  todoId: string;
}

/** Creates users without the app, with rows in users_sync that their sessions have seen. */
export async function signedInPeople(count: number, password?: string): Promise<Person[]> {
  const people = await Promise.all(Array.from({ length: count }, () => newPerson(password)));
  // Small ids, which hostile input guesses, belong to no todo.
  await rows(z.unknown(), sql`select setval('todos_id_seq', greatest(1000000, (select max(id) from todos)))`);
  const ids = people.map(({ userId }) => userId);
  await synced();
  const todos = await rows(
    z.object({ id: z.string(), ownerId: z.string() }),
    sql`
      insert into todos (owner_id, task)
      select id, 'as it was' from unnest(${ids}::text[]) id
      returning id::text, owner_id as "ownerId"
    `,
  );
  const byOwner = new Map(todos.map(({ id, ownerId }) => [ownerId, id]));
  return people.map((person) => ({ ...person, todoId: byOwner.get(person.userId) ?? "" }));
}

async function newPerson(password: string | undefined) {
  const email = `${crypto.randomUUID()}@example.com`;
  const userId = await newUser(app, { email, name: "Bob", password });
  return { userId, email, cookie: await sessionOf(app, userId) };
}

/** Makes a user an admin, or no longer one, and waits for the sync. */
export async function setRole(userId: string, role: "admin" | "none"): Promise<void> {
  await stackRequest(app, "PATCH", `/users/${userId}`, { server_metadata: role === "admin" ? { role } : {} });
  await synced();
}
