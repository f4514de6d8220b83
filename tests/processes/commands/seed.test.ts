import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { connectClient } from "#app/db/database.server.ts";
import { withLocalServices } from "#db/local/services/services.ts";
import { runCommand } from "./run-command.ts";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "todos-seed-"));
  // As root, Postgres runs as a user who has to pass through.
  chmodSync(directory, 0o711);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const seed = (args: string[] = [], databaseUrl = "") =>
  runCommand(["seed", ...args], { DATABASE_URL: databaseUrl, LOCAL_DIR: directory });

test("db:seed creates Bob, Doug, an admin and a dozen todos once, and prints passwords that work", async () => {
  const first = await seed();
  expect(first.stdout).toMatch(/They have 12 todos\.\n$/);
  expect(first.stderr).toMatch(/Database todos on 127\.0\.0\.1:\d+ \(local\)\n/);
  expect(first.code).toBe(0);
  const second = await seed();
  expect(second.stdout).toMatch(/existed already.*They already have todos\.\n$/s);
  expect(second.code).toBe(0);

  const options = { directory, auth: "stack" as const, syncDelayMs: 0, authSettings: {} };
  await withLocalServices(options, async ({ databaseUrl, service }) => {
    const client = await connectClient(databaseUrl);
    const { rows } = await client.query(`
      select u.name, u.raw_json -> 'server_metadata' ->> 'role' as role, count(*)::int as todos
      from todos t join neon_auth.users_sync u on u.id = t.owner_id group by u.id order by min(t.id)
    `);
    await client.end();
    expect(rows).toEqual([
      { name: "Bob", role: null, todos: 5 },
      { name: "Doug", role: null, todos: 5 },
      { name: "Admin", role: "admin", todos: 2 },
    ]);

    const printed = [...first.stdout.matchAll(/^(\S+@\S+) +(.+)$/gm)];
    expect(printed).toHaveLength(3);
    for (const [, email, password] of printed) {
      const { stack } = service;
      const answer = await fetch(`${stack?.apiUrl}/api/v1/auth/password/sign-in`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "x-stack-access-type": "client",
          "x-stack-project-id": stack?.projectId ?? "",
          "x-stack-publishable-client-key": stack?.publishableClientKey ?? "",
        },
        body: JSON.stringify({ email, password }),
      });
      expect(answer.status).toBe(200);
    }
  });
});

test.each([
  ["a configured database without --local", []],
  ["a database that is not local", ["--remote"]],
])("db:seed does not fill %s", async (_, args) => {
  const { code, stdout, stderr } = await seed(args, "postgresql://bob:secret@db.example.com/todos");
  expect(stderr).toMatch(/^db:seed creates accounts with public passwords/);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
});
