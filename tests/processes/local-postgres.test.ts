import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sql from "sql-template-tag";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { closeDatabases, connectDatabase } from "#app/db/database.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { temporaryHome } from "#db/local/postgres/home.ts";
import { restoreLibraryLinks } from "#db/local/postgres/programs.ts";
import { type Postgres, runningPostgres, startPostgres } from "#db/local/postgres/server.ts";

let parent: string;
let directory: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "todos-postgres-"));
  // As root, Postgres runs as a user who has to pass through.
  chmodSync(parent, 0o711);
  directory = join(parent, "postgres");
});

afterEach(async () => {
  await closeDatabases();
  await (await runningPostgres(directory))?.stop();
  rmSync(parent, { recursive: true });
  rmSync(temporaryHome(directory), { recursive: true, force: true });
});

const start = (port?: number) => startPostgres({ directory, port, durable: false });

async function query(postgres: Postgres, text: string): Promise<unknown[]> {
  return connectDatabase(postgres.urlFor("postgres")).query(statement(z.unknown(), sql([text])));
}

function postmasterPid(): number {
  return Number(readFileSync(join(directory, "data", "postmaster.pid"), "utf8").split("\n")[0]);
}

test("Postgres 18 starts on loopback only, and knows Cyrillic letters", async () => {
  const postgres = await start();
  expect(postgres.alreadyRunning).toBe(false);
  await query(postgres, "create extension pg_trgm");
  const [row] = await query(
    postgres,
    `select
       current_setting('server_version_num')::integer / 10000 as version,
       current_setting('listen_addresses') as addresses,
       current_setting('unix_socket_directories') as sockets,
       show_trgm('Привет') as trigrams`,
  );
  expect(row).toMatchObject({ version: 18, addresses: "127.0.0.1", sockets: "" });
  expect((row as { trigrams: string[] }).trigrams).toHaveLength(7);
});

test("the links that the package's install script would make are made without it", () => {
  const lib = join(parent, "native", "lib");
  mkdirSync(lib, { recursive: true });
  writeFileSync(join(lib, "libicuuc.so.60.2"), "code");
  const links = [{ source: "native/lib/libicuuc.so.60.2", target: "native/lib/libicuuc.so.60" }];
  writeFileSync(join(parent, "native", "pg-symlinks.json"), JSON.stringify(links));
  for (const _ of ["the first start", "a later one"]) {
    restoreLibraryLinks(parent);
    expect(readFileSync(join(lib, "libicuuc.so.60"), "utf8")).toBe("code");
  }
});

test("a wrong password is refused", async () => {
  const url = new URL((await start()).urlFor("postgres"));
  url.password = "guessed";
  const query = connectDatabase(url.href).query(statement(z.unknown(), sql`select 1`));
  await expect(query).rejects.toMatchObject({ cause: { code: "28P01" } });
});

test("a second start adopts the server that is running", async () => {
  const first = await start();
  const second = await start();
  expect(second).toMatchObject({ alreadyRunning: true, port: first.port });
  expect(second.urlFor("postgres")).toBe(first.urlFor("postgres"));
});

test("a stopped server keeps its data and its port", async () => {
  const first = await start();
  await query(first, "create table kept as select 1 as number");
  await closeDatabases();
  await first.stop();
  expect(await runningPostgres(directory)).toBeUndefined();

  const second = await start(first.port);
  expect(second).toMatchObject({ alreadyRunning: false, port: first.port });
  expect(await query(second, "table kept")).toEqual([{ number: 1 }]);
});

test("a killed server keeps its data", async () => {
  const first = await startPostgres({ directory });
  await query(first, "create table kept as select 1 as number");
  process.kill(postmasterPid(), "SIGKILL");
  // A process dies a moment after it was killed, and until then it looks like a running server.
  await vi.waitFor(async () => expect(await runningPostgres(directory)).toBeUndefined());

  const second = await start();
  expect(second.alreadyRunning).toBe(false);
  expect(await query(second, "table kept")).toEqual([{ number: 1 }]);
});

test("a pid file with another process's pid does not prevent a start", async () => {
  const { port, stop } = await start();
  const file = join(directory, "data", "postmaster.pid");
  // Postgres itself sees through it only when that process belongs to another user.
  const { uid, gid } = statSync(file);
  const other = spawn("sleep", ["60"], { uid, gid });
  const left = readFileSync(file, "utf8").replace(/^\d+/, String(other.pid));
  await stop();
  writeFileSync(file, left);
  expect(await start(port)).toMatchObject({ alreadyRunning: false });
  other.kill();
});

test("a port that is taken is replaced by another one", async () => {
  const stranger = createServer().listen(0, "127.0.0.1");
  await once(stranger, "listening");
  const { port } = stranger.address() as { port: number };
  const postgres = await start(port);
  expect(postgres.port).not.toBe(port);
  expect(await query(postgres, "select 1 as one")).toEqual([{ one: 1 }]);
  stranger.close();
});

test("two simultaneous first starts end with one server", async () => {
  const [one, other] = await Promise.all([start(), start()]);
  expect(one.urlFor("postgres")).toBe(other.urlFor("postgres"));
  expect(await query(one, "select 1 as one")).toEqual([{ one: 1 }]);
});

test("a server that does not start reports the end of its log", async () => {
  await (await start()).stop();
  appendFileSync(join(directory, "data", "postgresql.conf"), "no_such_setting = 1\n");
  await expect(start()).rejects.toThrow(/did not start.*no_such_setting/s);
});

test.runIf(process.getuid?.() === 0)(
  "as root, when Postgres's user cannot enter the directory, data goes to the temporary directory",
  async () => {
    chmodSync(parent, 0o700);
    const notice = vi.spyOn(console, "error").mockImplementation(() => {});
    const postgres = await start();
    expect(notice.mock.calls.join("\n")).toContain(temporaryHome(directory));

    expect(existsSync(join(temporaryHome(directory), "data"))).toBe(true);
    expect(existsSync(join(directory, "data"))).toBe(false);
    expect(await query(postgres, "select 1 as one")).toEqual([{ one: 1 }]);
    expect(await start()).toMatchObject({ alreadyRunning: true });
    notice.mockRestore();
  },
);
