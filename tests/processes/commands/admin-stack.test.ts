import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sql, { type Sql } from "sql-template-tag";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { connectDatabase } from "#app/db/database.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { instanceFile, lockLocalDirectory } from "#db/local/directory/instance.ts";
import { openLoopbackServer } from "#db/local/services/loopback-server.ts";
import { answerFromHandlers } from "#db/local/services/stack-server.ts";
import { createStackStandIn } from "#tests/mocks/stack/index.ts";
import { runCommand } from "./run-command.ts";

const database = connectDatabase(z.string().parse(process.env.STACK_DATABASE_URL));
const server = await openLoopbackServer(0);
const project = {
  apiUrl: server.origin,
  projectId: "5c6a3a40-8f5e-4d5a-9a55-0d8f0a3e7c21",
  publishableClientKey: "pck_of_the_tests",
  secretServerKey: "ssk_of_the_tests",
};
const { handlers } = await createStackStandIn({ project, database });
const standIn = answerFromHandlers(handlers);

/** What is done with a request before the stand-in answers it; an answer of its own comes first. */
let onRequest: (request: Request) => Promise<Response | undefined>;
/** As `GET /api/v1/users`, those of the command alone. */
let requests: string[];
server.answerWith(async (request) => {
  requests.push(`${request.method} ${new URL(request.url).pathname}`);
  return (await onRequest(request)) ?? standIn(request);
});

const run = (command: Sql) => database.query(statement(z.never(), command));
let directory: string;

beforeEach(async () => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), "todos-admin-")));
  onRequest = async () => undefined;
  await run(sql`truncate users, user_events cascade`);
  requests = [];
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));
afterAll(() => server[Symbol.asyncDispose]());

const configured = {
  STACK_PROJECT_ID: project.projectId,
  STACK_PUBLISHABLE_CLIENT_KEY: project.publishableClientKey,
  STACK_SECRET_SERVER_KEY: project.secretServerKey,
  STACK_API_URL: project.apiUrl,
};

async function runAdmin(args: string[], variables: Record<string, string>) {
  const result = await runCommand(["admin", ...args], { ...variables, LOCAL_DIR: directory });
  expect(result.stderr).not.toMatch(/ {4}at |ssk_|DeprecationWarning/);
  return result;
}

/** Runs the command with a configured Stack project and nothing else. */
const admin = (...args: string[]) => runAdmin(args, configured);

interface User {
  id: string;
  server_metadata: unknown;
}

/** Asks the stand-in itself, past the server that the command talks to. */
async function atStack(method: string, path: string, fields?: object): Promise<User> {
  const response = await standIn(
    new Request(`${project.apiUrl}/api/v1/users${path}`, {
      method,
      headers: {
        "x-stack-access-type": "server",
        "x-stack-project-id": project.projectId,
        "x-stack-secret-server-key": project.secretServerKey,
        ...(fields && { "content-type": "application/json" }),
      },
      ...(fields && { body: JSON.stringify(fields) }),
    }),
  );
  expect(response.ok).toBe(true);
  return response.json();
}

const addUser = (email: string, fields: object = {}) =>
  atStack("POST", "", { primary_email: email, primary_email_verified: true, ...fields });
const changeUser = ({ id }: User, fields: object) => atStack("PATCH", `/${id}`, fields);
const metadataOf = async ({ id }: User) => (await atStack("GET", `/${id}`)).server_metadata;

function expectRefusal(result: Awaited<ReturnType<typeof admin>>, reason: RegExp) {
  expect(result.stderr).toMatch(reason);
  expect(result).toMatchObject({ code: 1, stdout: "" });
}

const expectNoChange = () => expect(requests.filter((request) => !request.startsWith("GET"))).toEqual([]);

/** Local mode's own `local.json`, as long as the returned function is not called. */
async function startLocalInstance() {
  const release = await lockLocalDirectory(directory);
  const instance = {
    ...{ appUrl: "http://localhost:3000", databaseUrl: "postgresql://127.0.0.1/todos", mailUrl: "" },
    ...{ stackApiUrl: project.apiUrl, stackProjectId: project.projectId },
    stackPublishableClientKey: project.publishableClientKey,
    stackSecretServerKey: project.secretServerKey,
    pid: process.pid,
  };
  writeFileSync(instanceFile(directory), JSON.stringify(instance));
  return async () => release?.();
}

test("a user becomes an admin and keeps their other metadata", async () => {
  const metadata = { plan: "pro", nested: { role: "guest", list: [1, null] } };
  const bob = await addUser("bob@example.com", {
    server_metadata: metadata,
    client_metadata: { theme: "dark" },
  });
  const doug = await addUser("doug@example.com");
  const { code, stdout, stderr } = await admin("bob@example.com");
  expect(stderr).toBe(`Stack project ${project.projectId} on ${new URL(project.apiUrl).host} (configured)\n`);
  expect(stdout).toBe(
    `bob@example.com (user ${bob.id}) is an admin now. ` +
      "This takes effect once the sync has written it to neon_auth.users_sync.\n",
  );
  expect(code).toBe(0);
  expect(await atStack("GET", `/${bob.id}`)).toEqual({
    ...bob,
    server_metadata: { ...metadata, role: "admin" },
  });
  expect(await metadataOf(doug)).toBeNull();
});

test("a role that is replaced is printed", async () => {
  const bob = await addUser("bob@example.com", { server_metadata: { role: "editor" } });
  expect((await admin("bob@example.com")).stdout).toContain('their role was "editor" before');
  expect(await metadataOf(bob)).toEqual({ role: "admin" });
});

test("--revoke removes only the role, and accepts an unverified address", async () => {
  const bob = await addUser("bob@example.com", {
    server_metadata: { plan: "pro", role: "admin" },
    primary_email_verified: false,
  });
  const { code, stdout } = await admin("bob@example.com", "--revoke");
  expect(stdout).toMatch(/is no longer an admin\. This takes effect once the sync has written it/);
  expect(code).toBe(0);
  expect(await metadataOf(bob)).toEqual({ plan: "pro" });
});

test("making an admin an admin changes nothing", async () => {
  const bob = await addUser("bob@example.com");
  expect(await admin("bob@example.com")).toMatchObject({ code: 0 });
  requests = [];
  expect(await admin("bob@example.com")).toMatchObject({
    code: 0,
    stdout: `bob@example.com (user ${bob.id}) is already an admin. Nothing was changed.\n`,
  });
  expectNoChange();
  expect(await metadataOf(bob)).toEqual({ role: "admin" });
});

test("--revoke changes nothing for a user who is not an admin, and keeps another role", async () => {
  const bob = await addUser("bob@example.com", { server_metadata: { role: "editor" } });
  const { code, stdout } = await admin("bob@example.com", "--revoke");
  expect(stdout).toMatch(/is not an admin\. Nothing was changed/);
  expect(code).toBe(0);
  expectNoChange();
  expect(await metadataOf(bob)).toEqual({ role: "editor" });
});

test("case does not matter in an address, in any alphabet", async () => {
  const bob = await addUser("Bob@Example.com");
  const boerge = await addUser("borge@example.com");
  await run(sql`update contact_channels set value = 'børge@example.com' where value = 'borge@example.com'`);
  // Stack keeps addresses in lower case, and should not have to ignore the case of what is searched; one that it
  // got before it did is found as well.
  const searched: (string | null)[] = [];
  onRequest = async (request) => {
    searched.push(new URL(request.url).searchParams.get("query"));
    const answer = await standIn(request);
    return new Response((await answer.text()).replace("bob@example.com", "Bob@example.com"), answer);
  };
  expect(await admin("bOB@EXAMPLE.com")).toMatchObject({ code: 0 });
  expect(await admin("BØRGE@example.com")).toMatchObject({ code: 0 });
  expect(await metadataOf(bob)).toEqual({ role: "admin" });
  expect(await metadataOf(boerge)).toEqual({ role: "admin" });
  expect(searched).toEqual(["bob@example.com", null, null, "børge@example.com", null, null]);
});

test("no user is changed when none has the address", async () => {
  await addUser("bob@example.com");
  expectRefusal(await admin("doug@example.com"), /No user has the primary email address doug@example\.com/);
  expectNoChange();
});

test("a user whose name or other address matches is not chosen", async () => {
  await addUser("doug@example.com", { display_name: "bob@example.com" });
  await addUser("bob@example.com.evil.example");
  await addUser("not-bob@example.com");
  const formerBob = await addUser("bob@example.com");
  await changeUser(formerBob, { primary_email: "robert@example.com", primary_email_verified: true });
  await addUser("x@example.com", {
    primary_email: null,
    primary_email_verified: false,
    display_name: "bob@example.com",
  });
  expectRefusal(await admin("bob@example.com"), /No user has the primary email address bob@example\.com/);
  expectNoChange();

  const bob = await addUser("bob@example.com");
  expect(await admin("bob@example.com")).toMatchObject({ code: 0 });
  expect(requests.filter((request) => request.startsWith("PATCH"))).toEqual([
    `PATCH /api/v1/users/${bob.id}`,
  ]);
});

test("two users with the same primary address are both named, and neither is changed", async () => {
  const users = [
    await addUser("bob@example.com"),
    await addUser("bob@example.com", { restricted_by_admin: true }),
  ];
  const refused = await admin("bob@example.com");
  expectRefusal(refused, /2 users have the primary email address bob@example\.com/);
  for (const { id } of users) expect(refused.stderr).toContain(id);
  expectNoChange();
});

test("a restricted user is found", async () => {
  const bob = await addUser("bob@example.com", { restricted_by_admin: true });
  expect(await admin("bob@example.com")).toMatchObject({ code: 0 });
  expect(await metadataOf(bob)).toEqual({ role: "admin" });
});

test("an unverified address needs --unverified", async () => {
  const bob = await addUser("bob@example.com", { primary_email_verified: false });
  expectRefusal(await admin("bob@example.com"), /not verified: anyone could have signed up.*--unverified/);
  expectNoChange();
  expect(await admin("bob@example.com", "--unverified")).toMatchObject({ code: 0 });
  expect(await metadataOf(bob)).toEqual({ role: "admin" });
});

test("the user is found among hundreds on several pages, and so is a second one", async () => {
  const first = await addUser("bob@example.com");
  await run(sql`
    insert into users (display_name, signed_up_at)
    select 'not bob@example.com ' || n, now() + n * interval '1 second'
    from generate_series(1, 350) as n
  `);
  const last = await addUser("bob@example.com");
  await run(sql`update users set signed_up_at = now() + interval '1 hour' where id = ${last.id}::uuid`);
  expectRefusal(await admin("bob@example.com"), /2 users/);
  expect(requests).toEqual(Array(4).fill("GET /api/v1/users"));

  await atStack("DELETE", `/${first.id}`);
  expect(await admin("bob@example.com")).toMatchObject({ code: 0 });
  expect(await metadataOf(last)).toEqual({ role: "admin" });
});

test("a user who appears on two pages, because others signed up meanwhile, counts once", async () => {
  const bob = await addUser("bob@example.com");
  onRequest = async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== "/api/v1/users") return undefined;
    const next = searchParams.has("cursor") ? null : bob.id;
    return Response.json({ items: [bob], is_paginated: true, pagination: { next_cursor: next } });
  };
  expect(await admin("bob@example.com")).toMatchObject({ code: 0 });
});

test("pages that repeat come to an end", async () => {
  onRequest = async () => Response.json({ items: [], pagination: { next_cursor: project.projectId } });
  expectRefusal(await admin("bob@example.com"), /circle.*Nothing was changed/);
});

test("metadata written during the search is kept", async () => {
  const bob = await addUser("bob@example.com", { server_metadata: { plan: "free" } });
  onRequest = async (request) => {
    if (new URL(request.url).pathname !== "/api/v1/users") return undefined;
    const answer = await standIn(request);
    await changeUser(bob, { server_metadata: { plan: "pro", seats: 3 } });
    return answer;
  };
  expect(await admin("bob@example.com")).toMatchObject({ code: 0 });
  expect(await metadataOf(bob)).toEqual({ plan: "pro", seats: 3, role: "admin" });
});

test("a user who changed their address during the search is not changed", async () => {
  const bob = await addUser("bob@example.com");
  onRequest = async (request) => {
    if (new URL(request.url).pathname !== "/api/v1/users") return undefined;
    const answer = await standIn(request);
    await changeUser(bob, { primary_email: "robert@example.com", primary_email_verified: true });
    return answer;
  };
  expectRefusal(await admin("bob@example.com"), /has just changed their email address/);
  expectNoChange();
});

test.each([
  { what: "a list", metadata: ["admin"] },
  { what: "a text", metadata: "admin" },
  { what: "a number", metadata: 1 },
  { what: "false", metadata: false },
])("metadata that is $what is left alone", async ({ metadata }) => {
  const bob = await addUser("bob@example.com", { server_metadata: metadata });
  expectRefusal(await admin("bob@example.com"), /is not an object.*Nothing was changed/);
  expectNoChange();
  expect(await metadataOf(bob)).toEqual(metadata);
});

test("a wrong key is reported as one", async () => {
  await addUser("bob@example.com");
  const wrongKey = { ...configured, STACK_SECRET_SERVER_KEY: "ssk_of_another_project" };
  expectRefusal(
    await runAdmin(["bob@example.com"], wrongKey),
    /INVALID_SECRET_SERVER_KEY.*Nothing was changed/,
  );
});

test("when Stack is down, the command ends with a sentence", async () => {
  const stopped = await openLoopbackServer(0);
  await stopped[Symbol.asyncDispose]();
  const down = await runAdmin(["bob@example.com"], { ...configured, STACK_API_URL: stopped.origin });
  expectRefusal(down, /got no answer \(ECONNREFUSED\)\. Nothing was changed/);
});

test.each([
  {
    what: "an HTML page",
    answer: () => new Response("<!doctype html>", { status: 200 }),
    reason: /no sense/,
  },
  { what: "other JSON", answer: () => Response.json({ items: [{ id: 1 }] }), reason: /no sense/ },
  { what: "502", answer: () => new Response("Bad gateway", { status: 502 }), reason: /answered with 502/ },
  {
    what: "a redirect",
    answer: () => new Response(null, { status: 307, headers: { location: "http://127.0.0.1:1/" } }),
    reason: /answered with 307/,
  },
])("when Stack answers with $what, the command ends with a sentence", async ({ answer, reason }) => {
  onRequest = async () => answer();
  expectRefusal(await admin("bob@example.com"), reason);
});

test("when Stack hangs, the command ends with a sentence", async () => {
  onRequest = () => new Promise(() => {});
  const hanging = await admin("bob@example.com");
  expectRefusal(hanging, /Stack took longer than 5000 ms\. Nothing was changed/);
});

test("the command says that an unanswered change may have been made", async () => {
  const bob = await addUser("bob@example.com");
  onRequest = async (request) => {
    if (request.method !== "PATCH") return undefined;
    await standIn(request);
    return new Response("Bad gateway", { status: 502 });
  };
  const refused = await admin("bob@example.com");
  expectRefusal(refused, /The role may or may not have been changed\. Run the command again/);
  expect(refused.stderr).not.toContain("Nothing was changed");
  expect(await metadataOf(bob)).toEqual({ role: "admin" });
});

test.each([
  { args: [], reason: /Give one email address/ },
  { args: ["--revoke"], reason: /Give one email address/ },
  { args: ["bob"], reason: /Give one email address/ },
  { args: [""], reason: /Give one email address/ },
  { args: ["@"], reason: /Give one email address/ },
  { args: ["bob@example.com", "doug@example.com"], reason: /Give one email address/ },
  { args: ["bob@example.com doug@example.com"], reason: /Give one email address/ },
  { args: ["bob@example.com", "--revok"], reason: /Unknown option: --revok$/m },
  { args: ["bob@example.com", "--local", "--remote"], reason: /--local or --remote, not both/ },
])("the arguments $args are refused, and Stack is not asked", async ({ args, reason }) => {
  expectRefusal(await admin(...args), reason);
  expect(requests).toEqual([]);
});

test("all missing variables are named at once", async () => {
  const { stderr } = await runAdmin(["bob@example.com"], { STACK_PROJECT_ID: project.projectId });
  expect(stderr).toMatch(/STACK_PUBLISHABLE_CLIENT_KEY is missing\n.*STACK_SECRET_SERVER_KEY is missing\n$/);
  const url = { ...configured, STACK_API_URL: "api.example.com" };
  expectRefusal(await runAdmin(["bob@example.com"], url), /STACK_API_URL is not an http\(s\):\/\/ URL/);
});

test("without a configured project or a local instance, the command refuses", async () => {
  expectRefusal(await runAdmin(["bob@example.com"], {}), /There is no Stack project.*npm run dev/);
  expectRefusal(
    await runAdmin(["bob@example.com", "--local"], configured),
    /--local was given, and no local/,
  );
  expectRefusal(
    await runAdmin(["bob@example.com", "--remote"], {}),
    /--remote was given, but none of STACK_/,
  );
  const databaseAlone = { DATABASE_URL: "postgresql://todos@db.example.com/todos" };
  expectRefusal(await runAdmin(["bob@example.com"], databaseAlone), /no Stack project: none of STACK_/);
});

test("the names that Neon's console prints are accepted", async () => {
  const bob = await addUser("bob@example.com");
  const variables = Object.entries(configured).map(([name, value]) => [`NEXT_PUBLIC_${name}`, value]);
  const result = await runAdmin(["bob@example.com"], Object.fromEntries(variables));
  expect(result).toMatchObject({ code: 0 });
  expect(await metadataOf(bob)).toEqual({ role: "admin" });
});

test("when nothing is configured, the running local instance is used, and accepts unverified addresses", async () => {
  const stop = await startLocalInstance();
  const bob = await addUser("bob@example.com", { primary_email_verified: false });
  const { code, stderr } = await runAdmin(["bob@example.com"], {});
  expect(stderr).toBe(`Stack project ${project.projectId} on ${new URL(project.apiUrl).host} (local)\n`);
  expect(code).toBe(0);
  expect(await metadataOf(bob)).toEqual({ role: "admin" });
  await stop();
});

test("when a local instance is also running, the flag chooses the project", async () => {
  const stop = await startLocalInstance();
  await addUser("bob@example.com");
  const host = new URL(project.apiUrl).host.replace("127.0.0.1", "localhost");
  const remote = { ...configured, STACK_API_URL: `http://${host}` };
  expectRefusal(
    await runAdmin(["bob@example.com"], remote),
    /two Stack projects: the configured one on localhost:\d+, .*--local or --remote/,
  );
  const databaseAlone = { DATABASE_URL: "postgresql://todos@db.example.com/todos" };
  expectRefusal(await runAdmin(["bob@example.com"], databaseAlone), /two databases.*db\.example\.com/);
  expect(requests).toEqual([]);

  onRequest = async (request) => standIn(new Request(request.url.replace("localhost", "127.0.0.1"), request));
  expect((await runAdmin(["bob@example.com", "--remote"], remote)).stderr).toContain(`${host} (configured)`);
  expect((await runAdmin(["bob@example.com", "--local"], remote)).stderr).toContain("127.0.0.1");
  // With --local the configuration may be unfinished.
  const unfinished = { STACK_PROJECT_ID: "unfinished", DATABASE_URL: "unfinished" };
  expect(await runAdmin(["bob@example.com", "--local"], unfinished)).toMatchObject({ code: 0 });
  await stop();
});
