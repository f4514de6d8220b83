import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { postgresDirectory } from "#db/local/databases/local-postgres.ts";
import { instanceFile, type NeonInstance } from "#db/local/directory/instance.ts";
import { temporaryHome } from "#db/local/postgres/home.ts";
import { type Instance, newLocalDirectory, startInstance } from "#tests/setup/instance.ts";
import { runCommand } from "./commands/run-command.ts";

// Local mode with LOCAL_AUTH=neon, in a directory that has todos and users of the other kind.
const directory = newLocalDirectory();
let instance: Instance<NeonInstance>;

beforeAll(async () => {
  expect((await command("seed")).stdout).toContain("They have 12 todos.");
  // As versions of the app without Better Auth left it.
  const { neonAuthPort: _, neonAuthSecret: __, ...older } = settingsOnDisk();
  writeFileSync(join(directory, "settings.json"), JSON.stringify(older));
  // The secret of a webhook counts in local mode, and would be refused beside Neon Auth.
  const variables = { LOCAL_AUTH: "neon", STACK_WEBHOOK_SECRET: "whsec_AAAA" };
  instance = await startInstance<NeonInstance>({ directory, variables });
});
afterAll(async () => {
  await instance?.[Symbol.asyncDispose]();
  for (const path of [directory, temporaryHome(postgresDirectory(directory))])
    rmSync(path, { recursive: true, force: true });
});

const settingsOnDisk = () => JSON.parse(readFileSync(join(directory, "settings.json"), "utf8"));

const run = (args: string[], variables: Record<string, string> = {}) =>
  runCommand(args, { LOCAL_DIR: directory, ...variables });

async function command(...args: string[]) {
  const { code, stdout, stderr } = await run(args);
  expect(code, stderr).toBe(0);
  return { stdout, stderr };
}

const rows = async (statement: string) => JSON.parse((await command("sql", statement, "--json")).stdout);
const todos = async () => (await rows("select count(*)::int as n from todos"))[0].n;

async function post(path: string, fields: Record<string, string>): Promise<Response> {
  return fetch(`${instance.appUrl}${path}`, {
    method: "POST",
    headers: { Origin: instance.appUrl },
    body: new URLSearchParams(fields),
    redirect: "manual",
  });
}

test("local.json has neonAuthUrl in place of Stack's entries, and no secret is printed", async () => {
  const { appUrl, databaseUrl, mailUrl, neonAuthUrl, pid } = instance;
  const written = JSON.parse(readFileSync(instanceFile(directory), "utf8"));
  expect(written).toEqual({ appUrl, databaseUrl, neonAuthUrl, mailUrl, pid });
  expect(neonAuthUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\w+\/auth$/);
  await expect.poll(() => instance.log()).toMatch(/^ {2}pid /m);
  expect(instance.log()).toContain(neonAuthUrl);
  const { neonAuthSecret } = settingsOnDisk();
  expect(neonAuthSecret).toMatch(/^[\w-]{43}$/);
  expect(instance.log()).not.toContain(neonAuthSecret);
});

test("db:seed fills the running instance's own database, and its passwords sign in", async () => {
  expect(await todos()).toBe(0);
  const { stdout } = await command("seed");
  expect(stdout).toContain("They have 12 todos.");
  expect((await command("seed")).stdout).toMatch(/existed already.*They already have todos\.\n$/s);
  expect(await todos()).toBe(12);

  const printed = [...stdout.matchAll(/^(\S+@\S+) +(.+)$/gm)];
  expect(printed).toHaveLength(3);
  for (const [, email = "", password = ""] of printed)
    expect((await post("/sign-in", { email, password })).headers.get("location")).toBe("/");
  expect(
    await rows("select name from neon_auth.users_sync where raw_json #>> '{server_metadata,role}' = 'admin'"),
  ).toEqual([{ name: "Admin" }]);
});

test("a user who signs up has a profile at once, gets an email in the inbox, and can be made an admin", async () => {
  const email = "zoe@example.com";
  expect((await post("/sign-up", { email, name: "Zoe", password: "correct horse" })).status).toBe(303);
  const profile = `select raw_json -> 'server_metadata' as metadata from neon_auth.users_sync where email = '${email}'`;
  expect(await rows(profile)).toEqual([{ metadata: {} }]);
  const inbox = await fetch(`${instance.mailUrl}?to=${email}`, { headers: { Accept: "application/json" } });
  expect(await inbox.json()).toEqual([
    {
      ...{ to: email, subject: "Verify your email at Neon Auth", text: expect.any(String) },
      ...{
        links: [expect.stringContaining(`${instance.neonAuthUrl}/verify-email`)],
        sentAt: expect.any(String),
      },
    },
  ]);

  const { stdout, stderr } = await command("admin", email);
  expect(stdout).toMatch(/ is an admin now\. This takes effect at once\.\n$/);
  expect(stderr).toBe(`Database todos_neon on ${new URL(instance.databaseUrl).host} (local)\n`);
  expect(await rows(profile)).toEqual([{ metadata: { role: "admin" } }]);
});

test("doctor finds nothing to fix in it", async () => {
  const { stdout, code } = await run(["doctor"], {
    ...{ DATABASE_URL: instance.databaseUrl, NEON_AUTH_BASE_URL: instance.neonAuthUrl },
    ...{ APP_ORIGIN: instance.appUrl, SESSION_SECRET: instance.sessionSecret },
  });
  expect(code, stdout).toBe(0);
  const lines = stdout.trimEnd().split("\n");
  expect(lines.filter((line) => !line.startsWith("ok "))).toEqual([]);
  expect(lines).toContain(`ok    ${instance.appUrl} is trusted there.`);
});

test("a restore cuts Better Auth's connections, and users sign in afterwards", async () => {
  await command("snapshot", "snapshot", "a");
  await rows("delete from todos returning id");
  await command("snapshot", "restore", "a");
  expect(await todos()).toBe(12);
  const signedIn = await post("/sign-in", { email: "bob@example.com", password: "bob counts to 3" });
  expect(signedIn.headers.get("location")).toBe("/");
});

test("after it has stopped, the other kind's todos are all there, without this one's snapshot", async () => {
  await instance.stop();
  expect(await todos()).toBe(12);
  expect(await rows("select current_database() as name")).toEqual([{ name: "todos" }]);
  const { stderr } = await run(["snapshot", "restore", "a"]);
  expect(stderr).toContain('There is no snapshot "a". There are no snapshots yet.');
});
