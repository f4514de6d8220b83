import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";
import { neon } from "@neondatabase/serverless";
import { expect, onTestFinished, test } from "vitest";
import { addressIn } from "#db/neon-over-tcp/connection-string.ts";
import { by, startTcpProxy } from "#tests/setup/tcp-proxy.ts";
import { driver, idle, postgres, refusingUrl, running, silentServer, url } from "./harness.ts";

const giveUpAfter = (ms: number) => ({ fetchOptions: { signal: AbortSignal.timeout(ms) } });

test("an aborted query rejects at once, the server cancels it, and nothing of it is left", async () => {
  const { sql } = driver({ maxConnections: 1 });
  const query = "select pg_advisory_lock(1), pg_sleep(30)";
  const started = performance.now();
  const answer = sql.query(query, [], giveUpAfter(100));
  await expect(answer).rejects.toMatchObject({ sourceError: { name: "TimeoutError" } });
  expect(performance.now() - started).toBeLessThan(15_000);
  await expect.poll(() => running(query)).toEqual([]);
  const locks = sql`select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()`;
  expect(await locks).toEqual([]);
});

test("aborting the wait for a connection does not hold up other queries", async () => {
  const { sql } = driver({ maxConnections: 1 });
  const query = "select pg_sleep(30), 'busy'";
  const busy = new AbortController();
  const first = expect(sql.query(query, [], { fetchOptions: { signal: busy.signal } })).rejects.toThrow();
  await expect.poll(() => running(query)).toHaveLength(1);
  const second = sql.query("select 2 as second", [], giveUpAfter(50));
  await expect(second).rejects.toMatchObject({ sourceError: { name: "TimeoutError" } });
  busy.abort();
  await first;
  expect(await sql`select 3 as third`).toEqual([{ third: 3 }]);
  expect(await sql`select 4 as fourth`).toEqual([{ fourth: 4 }]);
});

test("a refused connection is an error with a code", async () => {
  driver();
  const answer = neon(await refusingUrl())`select 1`;
  await expect(answer).rejects.toMatchObject({
    name: "NeonDbError",
    sourceError: { name: "ConnectionError", code: "ECONNREFUSED" },
  });
});

test("a server that could not be asked whether it has TLS is asked again", async () => {
  driver();
  const proxy = await startTcpProxy(addressIn(url).port);
  onTestFinished(proxy.close);
  const asking = new URL(by(proxy, url));
  asking.searchParams.set("sslmode", "prefer");
  const sql = neon(asking.href);
  await proxy.refuse();
  await expect(sql`select 1`).rejects.toMatchObject({ sourceError: { code: "ECONNREFUSED" } });
  await proxy.heal();
  expect(await sql`select 1 as after`).toEqual([{ after: 1 }]);
});

test("a silent server is given up", async () => {
  const { silentUrl } = await silentServer();
  driver({ connectTimeoutMs: 100 });
  await expect(neon(silentUrl)`select 1`).rejects.toMatchObject({ sourceError: { code: "ETIMEDOUT" } });
});

test("waiting for a free connection has a limit", async () => {
  const { sql } = driver({ maxConnections: 1, connectTimeoutMs: 1_000 });
  const query = "select pg_sleep(30), 'holds the connection'";
  const busy = new AbortController();
  const first = expect(sql.query(query, [], { fetchOptions: { signal: busy.signal } })).rejects.toThrow();
  await expect(sql`select 1`).rejects.toMatchObject({ sourceError: { code: "ETIMEDOUT", isUnsent: true } });
  busy.abort();
  await first;
});

test.each([
  ["3D000", (to: URL) => (to.pathname = "/no_such_database")],
  ["28P01", (to: URL) => (to.password = "wrong")],
])("a connection refused by Postgres keeps its code %s", async (code, change) => {
  driver();
  const to = new URL(url);
  change(to);
  await expect(neon(to.href)`select 1`).rejects.toMatchObject({ code, severity: "FATAL" });
});

test("an idle connection that dies while the process is busy is replaced", async () => {
  const { sql } = driver({ maxConnections: 1 });
  const pid = async () => (await sql`select pg_backend_pid() as pid`)[0]?.pid;
  const died = await pid();
  await expect.poll(idle).toEqual([died]);
  const kill = `
    const postgres = new (await import("pg")).default.Client(process.env.DATABASE_URL);
    await postgres.connect();
    await postgres.query("select pg_terminate_backend($1, 5000)", [${died}]);
    await postgres.end();
  `;
  execFileSync(process.execPath, ["--input-type=module", "--eval", kill]);
  expect(await pid()).not.toBe(died);
});

test("a connection that goes silent after its query is replaced", async () => {
  driver({ maxConnections: 1 });
  const proxy = await startTcpProxy(addressIn(url).port);
  onTestFinished(proxy.close);
  const sql = neon(by(proxy, url));
  await sql`select 1`;
  // Its session is being made as new in this moment.
  proxy.blackHole();
  await proxy.heal();
  expect(await sql`select 2 as after`).toEqual([{ after: 2 }]);
});

test("a connection killed during a query fails only that query", async () => {
  const { sql } = driver({ maxConnections: 1 });
  const query = "select pg_sleep(30), 'killed'";
  const answer = expect(sql.query(query)).rejects.toMatchObject({ code: "57P01" });
  await expect.poll(() => running(query)).toHaveLength(1);
  await postgres.query("select pg_terminate_backend($1, 5000)", await running(query));
  await answer;
  expect(await sql`select 1 as after`).toEqual([{ after: 1 }]);
});

test("closing waits for running and waiting queries, and is final", async () => {
  const { tcp, sql } = driver({ maxConnections: 1 });
  const query = "select pg_sleep(0.3), 'last' as said";
  const first = expect(sql.query(query)).resolves.toMatchObject([{ said: "last" }]);
  const second = expect(sql`select 2 as second`).resolves.toEqual([{ second: 2 }]);
  await expect.poll(() => running(query)).toHaveLength(1);
  await tcp.close();
  await Promise.all([first, second]);
  await expect(sql`select 3`).rejects.toThrow("closed");
});

test("closing leaves no connection", async () => {
  const { tcp, sql } = driver();
  await Promise.all(Array.from({ length: 10 }, () => sql`select pg_sleep(0.05)`));
  await expect.poll(idle).toHaveLength(10);
  await tcp.close();
  const { rows } = await postgres.query(
    "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
  );
  expect(rows).toEqual([]);
});

test("a script exits when it is done, with or without closing", async () => {
  const script = `
    import { neon, neonConfig } from "@neondatabase/serverless";
    import { neonOverTcp } from "#db/neon-over-tcp/index.ts";
    const tcp = neonOverTcp();
    neonConfig.fetchFunction = tcp.fetch;
    await neon(process.env.DATABASE_URL)\`select 1\`;
    process.once("beforeExit", () => tcp.close().then(() => console.log("closed")));
  `;
  const args = ["--import", "tsx", "--input-type=module", "--eval", script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
  expect(stdout).toBe("closed\n");
});
