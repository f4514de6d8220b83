import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { isLoopback } from "#app/platform/hosts.ts";
import { runStatement } from "#db/commands/sql/run-statement.ts";
import { chooseTarget, requireRemoteFlag } from "#db/commands/target/flags.ts";
import { postgresDirectory } from "#db/local/databases/local-postgres.ts";
import { instanceFile, lockLocalDirectory } from "#db/local/directory/instance.ts";
import { runningPostgres } from "#db/local/postgres/server.ts";
import { Refusal } from "#db/refusal.ts";
import { by, startTcpProxy } from "#tests/setup/tcp-proxy.ts";
import { runCommand } from "./run-command.ts";

const databaseUrl = z.string().parse(process.env.DATABASE_URL);
let directory: string;

beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), "todos-commands-")));
  // As root, Postgres runs as a user who has to pass through.
  chmodSync(directory, 0o711);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const command = (name: string, args: string[], url = databaseUrl) =>
  runCommand([name, ...args], { DATABASE_URL: url, DATABASE_URL_UNPOOLED: url, LOCAL_DIR: directory });

const dbSql = (...args: string[]) => command("sql", args);

test("db:sql prints rows as a table, and names the host on stderr first", async () => {
  const { code, stdout, stderr } = await dbSql(
    "select 1 as id, E'two\\nlines \\x1b[31m' as task union all select 22, null order by 1",
  );
  expect(stdout).toBe(
    ["id  task", "--  ---------------------", "1   two\\nlines \\u001b[31m", "22  null", "(2 rows)", ""].join(
      "\n",
    ),
  );
  expect(stderr).toBe(
    `Database ${new URL(databaseUrl).pathname.slice(1)} on ${new URL(databaseUrl).host} (configured)\n`,
  );
  expect(code).toBe(0);
});

test("db:sql --json prints one array of objects and nothing else", async () => {
  const { code, stdout } = await dbSql(
    `select 1::integer as n, 2::bigint as big, true as yes, null as nothing, 'Привет' as word, '{"a": [1]}'::jsonb as j,
       '{a,b}'::text[] as list, '2026-02-03 04:05:06.789012+00'::timestamptz as at, '2026-02-03'::date as day,
       'NaN'::float8 as nan, '\\x00ff'::bytea as bytes`,
    "--json",
  );
  expect(JSON.parse(stdout)).toEqual([
    {
      ...{ n: 1, big: "2", yes: true, nothing: null, word: "Привет", j: { a: [1] }, list: ["a", "b"] },
      ...{ at: "2026-02-03T04:05:06.789012+00:00", day: "2026-02-03", nan: "NaN", bytes: "\\x00ff" },
    },
  ]);
  expect(code).toBe(0);
});

test("db:sql prints what a statement without rows did", async () => {
  await dbSql("create table numbers as select generate_series(1, 3) as number");
  expect(await dbSql("update numbers set number = number + 1")).toMatchObject({
    code: 0,
    stdout: "UPDATE 3\n",
  });
  expect(await dbSql("update numbers set number = 0", "--json")).toMatchObject({ code: 0, stdout: "[]\n" });
  expect(await dbSql("select from numbers where false", "--json")).toMatchObject({ code: 0, stdout: "[]\n" });
});

test("db:sql exits 1 with Postgres's message and no stack trace", async () => {
  const { code, stdout, stderr } = await dbSql("select nothing from nowhere", "--json");
  expect(stderr).toContain('ERROR: relation "nowhere" does not exist');
  expect(stderr).not.toContain("    at ");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
});

test("db:sql exits 1 when no server answers, and prints no password", async () => {
  const { code, stderr } = await command("sql", ["select 1"], "postgresql://bob:secret@127.0.0.1:1/todos");
  expect(stderr).toContain("ECONNREFUSED 127.0.0.1:1");
  expect(stderr).not.toMatch(/secret| {4}at /);
  expect(code).toBe(1);
});

test("db:sql exits 1 when the connection is lost", async () => {
  const proxy = await startTcpProxy(Number(new URL(databaseUrl).port));
  proxy.cutAt("select 'lost'");
  const { code, stderr } = await command("sql", ["select 'lost'"], by(proxy, databaseUrl));
  proxy.close();
  expect(stderr).toContain("Connection terminated unexpectedly");
  expect(code).toBe(1);
});

test("db:sql refuses several statements, and an empty one", async () => {
  const several = await dbSql("select 1; select 2");
  expect(several).toMatchObject({ code: 1, stdout: "" });
  expect(several.stderr).toContain("cannot insert multiple commands");
  expect(await dbSql("select 1", "select 2")).toMatchObject({ code: 1, stdout: "" });
  expect(await dbSql()).toMatchObject({ code: 1, stdout: "" });
});

test("a read-only statement cannot write, and the refusal says how to", async () => {
  const options = { readOnly: true, values: "text" } as const;
  const write = runStatement(databaseUrl, "create table written (id integer)", options);
  await expect(write).rejects.toThrow(/read-only transaction.*--remote/);
  await expect(runStatement(databaseUrl, "vacuum", options)).rejects.toThrow(/--remote/);
  expect(await runStatement(databaseUrl, "select to_regclass('written')", options)).toMatchObject({
    rows: [[null]],
  });
});

test("the configured database is the default, but a running local one makes a flag necessary", () => {
  const url = "postgresql://db.example.com/todos";
  const none = { local: false, remote: false };
  const local = { local: true, remote: false };
  const remote = { local: false, remote: true };
  expect(chooseTarget(undefined, false, none)).toBe("local");
  expect(chooseTarget(undefined, true, none)).toBe("local");
  expect(chooseTarget(url, false, none)).toBe("configured");
  expect(() => chooseTarget(url, true, none)).toThrow(/--local or --remote/);
  expect(chooseTarget(url, true, local)).toBe("local");
  expect(chooseTarget(url, true, remote)).toBe("configured");
  expect(chooseTarget(url, false, local)).toBe("local");
  expect(() => chooseTarget(undefined, true, remote)).toThrow(Refusal);
  expect(() => chooseTarget(url, true, { local: true, remote: true })).toThrow(Refusal);
});

test("a rollback on a host that is not this machine needs --remote", () => {
  const target = { url: "postgresql://db.example.com/todos", async [Symbol.asyncDispose]() {} };
  const check = (url: string, remote: boolean) => () =>
    requireRemoteFlag("db:rollback", { ...target, url }, { local: false, remote });
  expect(check(target.url, false)).toThrow(/db\.example\.com.*--remote/);
  expect(check(target.url, true)).not.toThrow();
  expect(check("postgresql://127.0.0.1/todos", false)).not.toThrow();
  expect(
    ["localhost", "127.0.0.1:5432", "[::1]:5432"].map((host) => isLoopback(`postgresql://${host}/x`)),
  ).toEqual([true, true, true]);
  expect(isLoopback("postgresql://localhost.example.com/x")).toBe(false);
});

test("when a local instance is also running, the flag chooses the database of db:sql", async () => {
  const release = await lockLocalDirectory(directory);
  const url = new URL(databaseUrl);
  url.searchParams.set("application_name", "local");
  writeFileSync(
    instanceFile(directory),
    JSON.stringify({
      ...{
        appUrl: "",
        databaseUrl: url.href,
        stackApiUrl: "",
        stackProjectId: "",
        mailUrl: "",
        pid: process.pid,
      },
      ...{ stackPublishableClientKey: "", stackSecretServerKey: "" },
    }),
  );
  const unsure = await dbSql("select 1");
  expect(unsure).toMatchObject({ code: 1, stdout: "" });
  expect(unsure.stderr).toMatch(/--local or --remote/);
  expect((await dbSql("select 1", "--local")).stderr).toContain("(local)");
  expect((await dbSql("select 1", "--remote")).stderr).toContain("(configured)");
  await release?.();
  // A killed instance leaves its file behind.
  expect((await dbSql("select 1")).stderr).toContain("(configured)");
});

test("without a configured database, a command starts the local one, and stops it at the end", async () => {
  const [one, other] = await Promise.all([
    command("sql", ["select current_database() as name", "--json"], ""),
    command("sql", ["select current_database() as name", "--json"], ""),
  ]);
  expect(one).toMatchObject({ code: 0, stdout: '[{"name":"todos"}]\n' });
  expect(other).toMatchObject({ code: 0, stdout: '[{"name":"todos"}]\n' });
  expect(await runningPostgres(postgresDirectory(directory))).toBeUndefined();

  const reset = await command("reset", [], "");
  expect(reset.stdout).toContain(postgresDirectory(directory));
  expect(reset.code).toBe(0);
  expect(existsSync(directory)).toBe(false);
});

test("local:reset removes nothing while an instance is running, and only what local mode wrote", async () => {
  writeFileSync(join(directory, "settings.json"), "{}");
  writeFileSync(join(directory, "somebody-elses"), "");
  const release = await lockLocalDirectory(directory);
  const refused = await command("reset", [], "");
  expect(refused.stderr).toContain(`pid ${process.pid}`);
  expect(refused.code).toBe(1);
  expect(readdirSync(directory)).toHaveLength(2);

  await release?.();
  expect(await command("reset", [], "")).toMatchObject({ code: 0 });
  expect(readdirSync(directory)).toEqual(["somebody-elses"]);
});
