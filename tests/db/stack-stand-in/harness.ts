import { setupServer } from "msw/node";
import sql, { type Sql } from "sql-template-tag";
import { afterAll, afterEach, beforeEach } from "vitest";
import { z } from "zod";
import { closeDatabases, connectDatabase } from "#app/db/database.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { createStackStandIn } from "#tests/mocks/stack/index.ts";
import { undeliveredUserEvents } from "#tests/mocks/stack/user-events.ts";

export const project = {
  apiUrl: "https://stack.example.com",
  projectId: "3f0b1c52-9f0a-4f0e-8d55-3a6f5f0f2f11",
  publishableClientKey: "pck_of_the_tests",
  secretServerKey: "ssk_of_the_tests",
};
export const bob = { email: "bob@example.com", password: "correct horse" };
export const doug = { email: "doug@example.com", password: "battery staple" };

/** The stand-in's own database; this test file's. */
export const databaseUrl = z.string().parse(process.env.STACK_DATABASE_URL);
export const database = connectDatabase(databaseUrl);

/** How often the stand-in told of user events since the test began. */
export const toldEvents = { count: 0 };

export const standIn = await createStackStandIn({ project, database, onUserEvent: () => toldEvents.count++ });

/** The network of this process; `server.use(…)` changes it until the end of the test. */
export const server = setupServer(...standIn.handlers);
server.listen({ onUnhandledRequest: "error" });

beforeEach(async () => {
  await run(
    sql`truncate users, user_events, emailed_codes, mails, oauth_authorizations, provider_accounts cascade`,
  );
  toldEvents.count = 0;
});
afterEach(() => server.resetHandlers());
afterAll(async () => {
  server.close();
  await closeDatabases();
});

/** Runs a command that answers with no rows. */
export const run = (command: Sql) => connectDatabase(databaseUrl).query(statement(z.never(), command));

export const asClient = {
  "x-stack-access-type": "client",
  "x-stack-project-id": project.projectId,
  "x-stack-publishable-client-key": project.publishableClientKey,
};
export const asServer = {
  "x-stack-access-type": "server",
  "x-stack-project-id": project.projectId,
  "x-stack-secret-server-key": project.secretServerKey,
};

export async function request(
  method: "GET" | "POST" | "PATCH" | "DELETE",
  path: string,
  headers: Record<string, string>,
  body?: unknown,
) {
  const response = await fetch(`${project.apiUrl}/api/v1${path}`, {
    method,
    headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const isJson = response.headers.get("content-type") === "application/json; charset=utf-8";
  return {
    status: response.status,
    headers: response.headers,
    knownError: response.headers.get("x-stack-known-error"),
    body: isJson ? await response.json() : await response.text(),
  };
}

export const signUpByHttp = (credentials: typeof bob) =>
  request("POST", "/auth/password/sign-up", asClient, credentials);
export const signInByHttp = (credentials: typeof bob) =>
  request("POST", "/auth/password/sign-in", asClient, credentials);
export const own = (accessToken: string) => ({ ...asClient, "x-stack-access-token": accessToken });

export const jwksPath = `/projects/${project.projectId}/.well-known/jwks.json`;

/** The undelivered events, as webhooks would tell of them. */
export async function events() {
  const undelivered = await database.query(undeliveredUserEvents());
  return undelivered.map(({ type, data }) => ({ type, data }));
}

/** Asks for a new access token. */
export const refreshByHttp = (refreshToken: string) =>
  request("POST", "/auth/sessions/current/refresh", { ...asClient, "x-stack-refresh-token": refreshToken });

/** The code that the newest mail to an address links to. */
export async function linkedCode(to: string): Promise<string> {
  const [mail] = await standIn.mails(to);
  return z.string().parse(new URL(mail?.links[0] ?? "").searchParams.get("code"));
}
