import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { connectClient } from "#app/db/database.server.ts";
import { openBetterAuth } from "#db/local/services/better-auth.ts";
import { runCommand } from "./run-command.ts";

// What `npm run admin` does in the database of Neon Auth. Its tables are Better Auth's own.
const databaseUrl = z.string().parse(process.env.DATABASE_URL);
const baseUrl = "http://127.0.0.1:9/todos/auth";
const betterAuth = await openBetterAuth({
  databaseUrl,
  baseUrl,
  secret: "a secret for tests, 32 characters",
});
const database = await connectClient(databaseUrl);
await database.query("select bridge_users_sync()");
const directory = mkdtempSync(join(tmpdir(), "todos-admin-"));

beforeEach(() => database.query(`delete from neon_auth."user"`));
afterAll(async () => {
  await betterAuth[Symbol.asyncDispose]();
  await database.end();
  rmSync(directory, { recursive: true });
});

const configured = { NEON_AUTH_BASE_URL: baseUrl, DATABASE_URL: databaseUrl };

async function runAdmin(args: string[], variables: Record<string, string> = configured) {
  const result = await runCommand(["admin", ...args], { ...variables, LOCAL_DIR: directory });
  expect(result.stderr).not.toMatch(/ {4}at |password/);
  return result;
}

const admin = (...args: string[]) => runAdmin(args);

const bob = { email: "bob@example.com", name: "Bob", password: "correct horse" };

/** @returns the id */
async function addBob(changes = ""): Promise<string> {
  await betterAuth.createUser(bob);
  if (changes) await database.query(`update neon_auth."user" set ${changes}`);
  return (await database.query(`select id from neon_auth."user"`)).rows[0].id;
}

/** Bob's role at Better Auth, and what our statements read. */
async function roles() {
  const { rows } = await database.query(`
    select a.role, u.raw_json -> 'server_metadata' as metadata
    from neon_auth."user" a join neon_auth.users_sync u on u.id = a.id::text
  `);
  return rows[0];
}

test("a user becomes an admin at once, and with --revoke no longer is one", async () => {
  const id = await addBob();
  expect(await admin("BOB@example.com")).toEqual({
    code: 0,
    stdout: `BOB@example.com (user ${id}) is an admin now. This takes effect at once.\n`,
    stderr: expect.stringMatching(/^Database test_\w+ on 127\.0\.0\.1:\d+ \(configured\)\n$/),
  });
  expect(await roles()).toEqual({ role: "admin", metadata: { role: "admin" } });
  expect(await admin(bob.email)).toMatchObject({
    code: 0,
    stdout: `bob@example.com (user ${id}) is already an admin. Nothing was changed.\n`,
  });

  expect((await admin(bob.email, "--revoke")).stdout).toBe(
    `bob@example.com (user ${id}) is no longer an admin. This takes effect at once.\n`,
  );
  expect(await roles()).toEqual({ role: "user", metadata: {} });
  expect((await admin(bob.email, "--revoke")).stdout).toContain("is not an admin. Nothing was changed.");
});

test("other roles are kept", async () => {
  await addBob("role = 'editor,writer'");
  expect((await admin(bob.email)).code).toBe(0);
  expect(await roles()).toEqual({ role: "editor,writer,admin", metadata: { role: "admin" } });
  expect((await admin(bob.email, "--revoke")).code).toBe(0);
  expect(await roles()).toEqual({ role: "editor,writer", metadata: {} });
});

test("an unverified address needs --unverified, and one that no user has is refused", async () => {
  await addBob(`"emailVerified" = false`);
  const refused = await admin(bob.email);
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toMatch(/not verified: anyone could have signed up.*--unverified/);
  expect(await admin("doug@example.com")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("No user has the primary email address doug@example.com. Nothing"),
  });
  expect(await roles()).toMatchObject({ role: "user" });
  expect((await admin(bob.email, "--unverified")).code).toBe(0);
  expect(await roles()).toMatchObject({ role: "admin" });
});

test.each([
  "select",
  "update",
])("a role that has only the right to %s is told what is missing", async (right) => {
  await addBob();
  const role = `reader_${crypto.randomUUID().replaceAll("-", "")}`;
  await database.query(`create role ${role} login password 'password'`);
  onTestFinished(async () => {
    await database.query(`drop owned by ${role}`);
    await database.query(`drop role ${role}`);
  });
  await database.query(`grant usage on schema neon_auth to ${role}`);
  await database.query(`grant ${right} on neon_auth."user" to ${role}`);
  const url = new URL(databaseUrl);
  Object.assign(url, { username: role, password: "password" });
  expect(await runAdmin([bob.email], { ...configured, DATABASE_URL: url.href })).toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringContaining(
      `The role ${role} may not read or write neon_auth."user", so nothing was changed: let its owner ` +
        `\`grant select, update on neon_auth."user" to ${role}\`, or choose “Make admin” in Neon's console`,
    ),
  });
  expect(await roles()).toMatchObject({ role: "user" });
});

test("when the triggers are lost, the command says what has to be done", async () => {
  await addBob();
  await database.query(`alter table neon_auth."user" disable trigger profile_of_user`);
  expect((await admin(bob.email)).stdout).toMatch(/once triggers keep .*: run `npm run db:migrate`\.\n$/);
  await database.query(`alter table neon_auth."user" enable trigger profile_of_user`);
});

test("a configuration that is not one of Neon Auth is refused in a sentence", async () => {
  expect((await runAdmin([bob.email], { NEON_AUTH_BASE_URL: baseUrl })).stderr).toBe(
    "NEON_AUTH_BASE_URL is set, but DATABASE_URL is missing.\n",
  );
  const both = await runAdmin([bob.email], { ...configured, STACK_PROJECT_ID: crypto.randomUUID() });
  expect(both.stderr).toContain("users sign in at only one of the two");
  const other = new URL(databaseUrl);
  other.pathname = "postgres";
  expect((await runAdmin([bob.email], { ...configured, DATABASE_URL: other.href })).stderr).toContain(
    'There is no table neon_auth."user": NEON_AUTH_BASE_URL belongs to another database.',
  );
});
