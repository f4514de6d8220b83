import { createCookie } from "@remix-run/node";
import sql from "sql-template-tag";
import { z } from "zod";
import { app } from "./app.ts";
import { rows, synced } from "./rows.ts";

/** A signed-in user who owns one open todo. */
export interface Person {
  userId: string;
  email: string;
  cookie: string;
  todoId: string;
}

const tokensSchema = z.object({ access_token: z.string(), refresh_token: z.string() });

/**
 * Creates users without the app, with rows in users_sync that their sessions have seen.
 * @param password none by default, since each takes a tenth of a second
 */
export async function signedInPeople(count: number, password?: string): Promise<Person[]> {
  const people = await Promise.all(Array.from({ length: count }, () => newUser(password)));
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

async function newUser(password: string | undefined) {
  const email = `${crypto.randomUUID()}@example.com`;
  const fields = { primary_email: email, primary_email_auth_enabled: true, display_name: "Bob", password };
  const { id: userId } = z.object({ id: z.string() }).parse(await stackRequest("POST", "/users", fields));
  return { userId, email, cookie: await sessionOf(userId) };
}

/** The cookie of a user's new session. */
export async function sessionOf(userId: string, { secret = app.sessionSecret } = {}): Promise<string> {
  const tokens = tokensSchema.parse(await stackRequest("POST", "/auth/sessions", { user_id: userId }));
  return sessionCookie(
    { accessToken: tokens.access_token, refreshToken: tokens.refresh_token, profileSeen: true },
    secret,
  );
}

/** A session's cookie with some content, as the Cookie header has it. */
export async function sessionCookie(content: unknown, secret = app.sessionSecret): Promise<string> {
  const name = `todos-session-${new URL(app.appUrl).port}`;
  const [cookie = ""] = (await createCookie(name, { secrets: [secret] }).serialize(content)).split(";");
  return cookie;
}

/** Asks Stack as the project's own server may. @returns its answer */
export async function stackRequest(method: string, path: string, body?: object): Promise<unknown> {
  const answer = await fetch(`${app.stackApiUrl}/api/v1${path}`, {
    method,
    headers: {
      ...(body && { "Content-Type": "application/json" }),
      "x-stack-access-type": "server",
      "x-stack-project-id": app.stackProjectId,
      "x-stack-secret-server-key": app.stackSecretServerKey,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** Makes a user an admin, or no longer one, and waits for the sync. */
export async function setRole(userId: string, role: "admin" | "none"): Promise<void> {
  await stackRequest("PATCH", `/users/${userId}`, { server_metadata: role === "admin" ? { role } : {} });
  await synced();
}
