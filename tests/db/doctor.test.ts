import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { connectClient, connectDatabase } from "#app/db/database.server.ts";
import { openLoopbackServer } from "#db/local/services/loopback-server.ts";
import { answerFromHandlers } from "#db/local/services/stack-server.ts";
import { createStackStandIn } from "#tests/mocks/stack/index.ts";

const databaseUrl = z.string().parse(process.env.DATABASE_URL);
const server = await openLoopbackServer(0);
const appOrigin = "http://localhost:3000";
const project = {
  apiUrl: server.origin,
  projectId: "5c6a3a40-8f5e-4d5a-9a55-0d8f0a3e7c21",
  publishableClientKey: "pck_of_the_tests",
  secretServerKey: "ssk_of_the_tests",
};
const { handlers } = await createStackStandIn({
  project,
  database: connectDatabase(z.string().parse(process.env.STACK_DATABASE_URL)),
});
const standIn = answerFromHandlers(handlers);

const configuration = {
  DATABASE_URL: databaseUrl,
  DATABASE_URL_UNPOOLED: databaseUrl,
  STACK_PROJECT_ID: project.projectId,
  STACK_PUBLISHABLE_CLIENT_KEY: project.publishableClientKey,
  STACK_SECRET_SERVER_KEY: project.secretServerKey,
  STACK_API_URL: project.apiUrl,
  APP_ORIGIN: appOrigin,
  SESSION_SECRET: "a secret of thirty-two characters and some",
};

let client: Awaited<ReturnType<typeof connectClient>>;
beforeAll(async () => {
  client = await connectClient(databaseUrl);
});
beforeEach(() => server.answerWith(standIn));
afterAll(async () => {
  await client.end();
  await server[Symbol.asyncDispose]();
});

async function doctor(changed: Record<string, string> = {}) {
  const env = { ...process.env, ...configuration, ...changed };
  const child = spawn(process.execPath, ["--import", "tsx", "db/commands/doctor.ts"], { env });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  expect(stdout + stderr).not.toMatch(/ {4}at |ssk_|pck_/);
  return { code, lines: stdout.trimEnd().split("\n") };
}

/** Makes an account at Stack. */
async function signUp(): Promise<void> {
  await fetch(`${project.apiUrl}/api/v1/users`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-stack-access-type": "server",
      "x-stack-project-id": project.projectId,
      "x-stack-secret-server-key": project.secretServerKey,
    },
    body: JSON.stringify({
      primary_email: `${crypto.randomUUID()}@example.com`,
      primary_email_auth_enabled: true,
    }),
  });
}

test("a configuration that is right is called so, line by line", async () => {
  await signUp();
  server.answerWith(async (request) => {
    const answer = await standIn(request);
    if (!request.url.endsWith("/projects/current")) return answer;
    const stackProject = await answer.json();
    stackProject.config.domains.push({ domain: appOrigin, handler_path: "/" });
    return Response.json(stackProject);
  });
  const { code, lines } = await doctor();
  expect(lines).toEqual([
    "ok    The configuration is complete.",
    expect.stringMatching(/^ok {4}Database \w+ on 127\.0\.0\.1:\d+ answers: Postgres 18/),
    "ok    neon_auth.users_sync belongs to postgres and has Neon's columns.",
    "ok    We may create triggers on it.",
    expect.stringMatching(/^ok {4}All \d+ migrations are applied\.$/),
    expect.stringMatching(/^ok {4}LISTEN hears on 127\.0\.0\.1:\d+: open pages are live\.$/),
    expect.stringMatching(
      /^ok {4}Stack on 127\.0\.0\.1:\d+ takes the publishable key, for the project “.+”\.$/,
    ),
    `ok    ${appOrigin} is a trusted domain there, with the handler path /.`,
    "ok    Stack takes the secret server key.",
    "ok    A token of Stack's has the issuer, audience and signature that we expect.",
  ]);
  expect(code).toBe(0);
});

test("everything that is missing or malformed is named at once", async () => {
  const { code, lines } = await doctor({
    SESSION_SECRET: "short",
    APP_ORIGIN: "",
    DATABASE_URL: "mysql://x",
  });
  expect(lines).toEqual(
    expect.arrayContaining([
      "MEND  DATABASE_URL is not a postgresql:// URL",
      "MEND  APP_ORIGIN is missing",
      expect.stringMatching(/^MEND {2}SESSION_SECRET has to be at least 32 characters/),
    ]),
  );
  expect(code).toBe(1);
});

const elsewhere = (change: (url: URL) => void) => {
  const url = new URL(databaseUrl);
  change(url);
  return { DATABASE_URL: url.href, DATABASE_URL_UNPOOLED: url.href };
};

test.each<[string, Record<string, string>, RegExp]>([
  [
    "a database that is not there",
    elsewhere((url) => {
      url.pathname = "/nowhere";
    }),
    /^MEND {2}Database nowhere on .*does not exist/,
  ],
  [
    "a server that nobody runs",
    elsewhere((url) => {
      url.port = "1";
    }),
    /^MEND {2}Database \w+ on 127\.0\.0\.1:1: .*ECONNREFUSED/,
  ],
  [
    "a password that is wrong",
    elsewhere((url) => {
      url.password = "wrong";
    }),
    /^MEND {2}Database .*password authentication failed/,
  ],
  [
    "a database without the migrations",
    elsewhere((url) => {
      url.pathname = "/template1";
    }),
    /^MEND {2}There is no table neon_auth\.users_sync/,
  ],
  [
    "a direct host that is none",
    { DATABASE_URL_UNPOOLED: "postgresql://x:y@127.0.0.1:1/z" },
    /^MEND {2}LISTEN on 127\.0\.0\.1:1: .*ECONNREFUSED/,
  ],
  [
    "a publishable key that is wrong",
    { STACK_PUBLISHABLE_CLIENT_KEY: "none" },
    /^MEND {2}Stack on .*publishable key: refused with INVALID_PUBLISHABLE_CLIENT_KEY/,
  ],
  [
    "a secret key that is wrong",
    { STACK_SECRET_SERVER_KEY: "none" },
    /^MEND {2}Stack, secret server key: Stack refused with INVALID_SECRET_SERVER_KEY/,
  ],
  [
    "a Stack that cannot be reached",
    { STACK_API_URL: "http://127.0.0.1:1" },
    /^MEND {2}Stack on 127\.0\.0\.1:1, publishable key: .*got no answer/,
  ],
])("%s is named, with what to do about it", async (_, variables, line) => {
  const { code, lines } = await doctor(variables);
  const at = lines.findIndex((each) => line.test(each));
  expect(lines).toContainEqual(expect.stringMatching(line));
  expect(lines[at + 1]).toMatch(/^ {6}\S/);
  expect(code).toBe(1);
});

test("a migration that was not applied, and a column that is not Neon's, are named", async () => {
  await client.query("delete from schema_migrations where version = '20261122010000'");
  await client.query("alter table neon_auth.users_sync rename column updated_at to changed_at");
  try {
    const { code, lines } = await doctor();
    expect(lines).toContain("MEND  neon_auth.users_sync is not as Neon's: updated_at is no timestamptz.");
    expect(lines).toContainEqual(expect.stringMatching(/^MEND {2}1 of \d+ migrations are not applied\.$/));
    expect(code).toBe(1);
  } finally {
    await client.query("alter table neon_auth.users_sync rename column changed_at to updated_at");
    await client.query("insert into schema_migrations values ('20261122010000')");
  }
});

test("a site that Stack does not trust is a note, and no reason to fail", async () => {
  const { code, lines } = await doctor({ APP_ORIGIN: "https://todos.example.com" });
  expect(lines).toContainEqual(
    expect.stringMatching(/^note {2}https:\/\/todos\.example\.com is no trusted domain/),
  );
  expect(code).toBe(0);
});

test("tokens of another issuer are found out", async () => {
  await signUp();
  // A server of one's own that believes to be somewhere else than STACK_API_URL.
  const elsewhere = await openLoopbackServer(0);
  elsewhere.answerWith(async (request) => {
    const url = new URL(request.url);
    url.port = new URL(project.apiUrl).port;
    return standIn(new Request(url, request));
  });
  const { code, lines } = await doctor({ STACK_API_URL: elsewhere.origin });
  expect(lines).toContain("MEND  A token of Stack's is no good here: invalid.");
  expect(code).toBe(1);
  await elsewhere[Symbol.asyncDispose]();
});
