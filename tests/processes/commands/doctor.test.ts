import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { connectClient, connectDatabase } from "#app/db/database.server.ts";
import { readEnvironment } from "#app/platform/environment.server.ts";
import { checkDatabase } from "#db/commands/doctor/database.ts";
import type { Finding } from "#db/commands/doctor/finding.ts";
import { openLoopbackServer } from "#db/local/services/loopback-server.ts";
import { answerFromHandlers } from "#db/local/services/stack-server.ts";
import { createStackStandIn } from "#tests/mocks/stack/index.ts";
import { by, startTcpProxy } from "#tests/setup/tcp-proxy.ts";
import { runCommand } from "./run-command.ts";

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
  const { code, stdout, stderr } = await runCommand(["doctor"], { ...configuration, ...changed });
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

test("a correct configuration is confirmed line by line", async () => {
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
    "ok    The app may create triggers on it.",
    expect.stringMatching(/^ok {4}All \d+ migrations are applied\.$/),
    expect.stringMatching(/^ok {4}LISTEN works on 127\.0\.0\.1:\d+: open pages update live\.$/),
    expect.stringMatching(
      /^ok {4}Stack on 127\.0\.0\.1:\d+ accepts the publishable key for the project “.+”\.$/,
    ),
    `ok    ${appOrigin} is a trusted domain of the project, with the handler path /.`,
    "ok    Stack accepts the secret server key.",
    "ok    Stack understands the SDK, which signs users in.",
    "ok    A token from Stack has the expected issuer, audience and signature.",
  ]);
  expect(code).toBe(0);
});

test("all missing and malformed variables are named at once", async () => {
  const { code, lines } = await doctor({
    SESSION_SECRET: "short",
    APP_ORIGIN: "",
    DATABASE_URL: "mysql://x",
  });
  expect(lines).toEqual(
    expect.arrayContaining([
      "FIX   DATABASE_URL is not a postgresql:// URL",
      "FIX   APP_ORIGIN is missing",
      expect.stringMatching(/^FIX {3}SESSION_SECRET has to be at least 32 characters/),
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
    "a missing database",
    elsewhere((url) => {
      url.pathname = "/nowhere";
    }),
    /^FIX {3}Database nowhere on .*does not exist/,
  ],
  [
    "a server that is not running",
    elsewhere((url) => {
      url.port = "1";
    }),
    /^FIX {3}Database \w+ on 127\.0\.0\.1:1: .*ECONNREFUSED/,
  ],
  [
    "a wrong password",
    elsewhere((url) => {
      url.password = "wrong";
    }),
    /^FIX {3}Database .*password authentication failed/,
  ],
  [
    "a database without the migrations",
    elsewhere((url) => {
      url.pathname = "/template1";
    }),
    /^FIX {3}There is no table neon_auth\.users_sync/,
  ],
  [
    "an unreachable direct host",
    { DATABASE_URL_UNPOOLED: "postgresql://x:y@127.0.0.1:1/z" },
    /^FIX {3}LISTEN on 127\.0\.0\.1:1: .*ECONNREFUSED/,
  ],
  [
    "a wrong publishable key",
    { STACK_PUBLISHABLE_CLIENT_KEY: "none" },
    /^FIX {3}Stack on .*publishable key: refused with INVALID_PUBLISHABLE_CLIENT_KEY/,
  ],
  [
    "a wrong secret key",
    { STACK_SECRET_SERVER_KEY: "none" },
    /^FIX {3}Stack, secret server key: Stack refused with INVALID_SECRET_SERVER_KEY/,
  ],
  [
    "a wrong project",
    { STACK_PROJECT_ID: "11111111-1111-4111-8111-111111111111" },
    /^FIX {3}Stack on .*: refused with CURRENT_PROJECT_NOT_FOUND/,
  ],
  [
    "an unreachable Stack",
    { STACK_API_URL: "http://127.0.0.1:1" },
    /^FIX {3}Stack on 127\.0\.0\.1:1: .*got no answer/,
  ],
])("%s is reported, with what to do about it", async (_, variables, line) => {
  const { code, lines } = await doctor(variables);
  const at = lines.findIndex((each) => line.test(each));
  expect(lines).toContainEqual(expect.stringMatching(line));
  expect(lines[at + 1]).toMatch(/^ {6}\S/);
  expect(code).toBe(1);
  const wrong = Object.keys(variables).find((name) => name.startsWith("STACK_"));
  if (wrong === undefined) return;
  expect(lines[at + 1]).toContain(wrong);
  expect(lines.filter((each) => each.startsWith("FIX"))).toHaveLength(1);
});

test("an SDK whose headers Stack does not know is reported, and nothing else is blamed for it", async () => {
  await signUp();
  server.answerWith((request) => {
    // As if the SDK named its headers after Stack's new name.
    if (!request.headers.has("x-stack-override-error-status")) return standIn(request);
    const headers = new Headers(request.headers);
    for (const name of [...headers.keys()]) if (name.startsWith("x-stack-")) headers.delete(name);
    return standIn(new Request(request, { headers }));
  });
  const { code, lines } = await doctor();
  const bad = lines.filter((line) => line.startsWith("FIX"));
  expect(bad).toEqual([expect.stringMatching(/^FIX {3}Stack, a sign-in through the SDK: /)]);
  expect(code).toBe(1);
});

test("a LISTEN that fails is reported once, and rejects nothing later", async () => {
  const proxy = await startTcpProxy(Number(new URL(databaseUrl).port));
  proxy.cutAt("listen todos_doctor");
  const unhandled: unknown[] = [];
  const keep = (error: unknown) => void unhandled.push(error);
  process.on("unhandledRejection", keep);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const environment = readEnvironment({ ...configuration, DATABASE_URL_UNPOOLED: by(proxy, databaseUrl) });
    const findings: Finding[] = [];
    for await (const finding of checkDatabase(environment)) findings.push(finding);
    expect(findings.at(-1)).toMatchObject({ outcome: "bad", text: expect.stringMatching(/^LISTEN on /) });
    expect(findings.filter(({ text }) => text.startsWith("LISTEN"))).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(60_000);
    await setImmediate();
    expect(unhandled).toEqual([]);
  } finally {
    vi.useRealTimers();
    process.off("unhandledRejection", keep);
    proxy.close();
  }
});

test("a pending migration and a column that differs from Neon's are reported", async () => {
  await client.query("delete from schema_migrations where version = '20261122010000'");
  await client.query("alter table neon_auth.users_sync rename column updated_at to changed_at");
  try {
    const { code, lines } = await doctor();
    expect(lines).toContain("FIX   neon_auth.users_sync differs from Neon's: updated_at is not timestamptz.");
    expect(lines).toContainEqual(expect.stringMatching(/^FIX {3}1 of \d+ migrations are not applied\.$/));
    expect(code).toBe(1);
  } finally {
    await client.query("alter table neon_auth.users_sync rename column changed_at to updated_at");
    await client.query("insert into schema_migrations values ('20261122010000')");
  }
});

test("a site that Stack does not trust is a note, not a failure", async () => {
  const { code, lines } = await doctor({ APP_ORIGIN: "https://todos.example.com" });
  expect(lines).toContainEqual(
    expect.stringMatching(/^note {2}https:\/\/todos\.example\.com is not a trusted domain/),
  );
  expect(code).toBe(0);
});

test("tokens of another issuer are detected", async () => {
  await signUp();
  // A server of one's own that believes to be somewhere else than STACK_API_URL.
  const elsewhere = await openLoopbackServer(0);
  elsewhere.answerWith(async (request) => {
    const url = new URL(request.url);
    url.port = new URL(project.apiUrl).port;
    return standIn(new Request(url, request));
  });
  const { code, lines } = await doctor({ STACK_API_URL: elsewhere.origin });
  expect(lines).toContain("FIX   A token from Stack is not accepted: invalid.");
  expect(code).toBe(1);
  await elsewhere[Symbol.asyncDispose]();
});

test("triggers that kept users_sync, and are gone, are reported", async () => {
  const origin = (name: string) =>
    client.query(`comment on table neon_auth.users_sync is 'created by the migration ${name}'`);
  await origin("users_sync_bridge");
  try {
    const { code, lines } = await doctor();
    expect(lines.join("\n")).toMatch(
      /^FIX {3}The triggers on neon_auth\."user" .* gone.*\n {6}Run `npm run db:migrate`/m,
    );
    expect(code).toBe(1);
  } finally {
    await origin("users_sync");
  }
});
