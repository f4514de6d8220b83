import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { type Client, neonConfig } from "@neondatabase/serverless";
import { afterAll, afterEach, expect, inject, onTestFinished, test } from "vitest";
import { WebSocketServer } from "ws";
import { connectClient } from "#app/db/database.server.ts";
import { databaseIn, neon, neonUrl } from "#tests/mocks/neon/address.ts";
import { startNeonWebSocket } from "#tests/mocks/neon/websocket.ts";

const tcpUrl = process.env.DATABASE_URL ?? "";
const url = neonUrl(databaseIn(tcpUrl));
const unreachable = { name: "DatabaseFault", kind: "unreachable" };
const server = await startNeonWebSocket(inject("adminUrl"));
const clients = new Set<Client>();
const asked: string[] = [];

// The driver's own way, but for what a test cannot have: TLS, and a name of Neon's.
neonConfig.useSecureWebSocket = false;
proxyAt(server.address);

afterEach(async () => {
  proxyAt(server.address);
  await Promise.all([...clients].map((client) => client.end()));
});
afterAll(() => server.close());

function proxyAt(address: string): void {
  neonConfig.wsProxy = (host, port) => {
    asked.push(`${host}:${port}`);
    return address;
  };
}

async function connect(to = url): Promise<Client> {
  const client = await connectClient(to);
  clients.add(client);
  client.once("end", () => clients.delete(client));
  return client;
}

test("a client of Neon's asks for the database's host", async () => {
  asked.length = 0;
  await connect();
  expect(asked).toEqual([`${neon.host}:5432`]);
});

test.each<[string, (connectOne: () => Promise<Client>) => Promise<unknown>, unknown]>([
  [
    "a result has rows, fields, command and count",
    async (connectOne) =>
      (await connectOne()).query("select current_database() as database, $1::int + 1 as sum", [41]),
    expect.objectContaining({
      rows: [{ database: databaseIn(url), sum: 42 }],
      command: "SELECT",
      rowCount: 1,
    }),
  ],
  [
    "an array result keeps columns of the same name",
    async (connectOne) => (await connectOne()).query({ text: "select 1 as x, null as x", rowMode: "array" }),
    expect.objectContaining({ rows: [[1, null]] }),
  ],
  [
    "several statements in one text have a result each",
    async (connectOne) => (await connectOne()).query("select 1 as one; create temporary table two ()"),
    [
      expect.objectContaining({ rows: [{ one: 1 }] }),
      expect.objectContaining({ command: "CREATE", rowCount: null }),
    ],
  ],
  [
    "a long value, bytes, JSON and an array round-trip",
    async (connectOne) => {
      const values = ["x".repeat(1 << 20), Buffer.from([0, 255]), { a: [1, null] }, ["a,b", null]];
      const text = "select $1::text, $2::bytea, $3::jsonb, $4::text[]";
      const { rows } = await (await connectOne()).query({ text, values, rowMode: "array" });
      return rows;
    },
    [["x".repeat(1 << 20), Buffer.from([0, 255]), { a: [1, null] }, ["a,b", null]]],
  ],
  [
    "one client hears another's notification",
    async (connectOne) => {
      const [listener, speaker] = [await connectOne(), await connectOne()];
      const heard = once(listener, "notification");
      await listener.query("listen news");
      await speaker.query("select pg_notify('news', 'x' || repeat('y', 7000))");
      const [{ channel, payload }] = await heard;
      return { channel, payload };
    },
    { channel: "news", payload: `x${"y".repeat(7000)}` },
  ],
  [
    "a session keeps its advisory lock until it ends",
    async (connectOne) => {
      const [holder, waiter] = [await connectOne(), await connectOne()];
      await holder.query("select pg_advisory_lock(7)");
      const lock = waiter.query("select pg_advisory_lock(7)");
      const { rows } = await holder.query("select pg_try_advisory_lock(7) as again");
      await holder.end();
      await lock;
      await waiter.end();
      return rows;
    },
    [{ again: true }],
  ],
  [
    "a transaction that is rolled back leaves nothing",
    async (connectOne) => {
      const client = await connectOne();
      await client.query("begin isolation level serializable");
      await client.query("create table gone ()");
      await client.query("rollback");
      return (await client.query("select to_regclass('gone') as gone")).rows;
    },
    [{ gone: null }],
  ],
  [
    "an error carries all that Postgres says, and the session continues",
    async (connectOne) => {
      const client = await connectOne();
      const text = `insert into neon_auth.users_sync (raw_json) values ('{"id": "ann"}'), ('{"id": "ann"}')`;
      const { message, ...said } = await client.query(text).catch((error) => error);
      return [message, said, (await client.query("select 1 as one")).rows];
    },
    [
      expect.stringContaining("violates unique constraint"),
      expect.objectContaining({
        code: "23505",
        severity: "ERROR",
        detail: "Key (id)=(ann) already exists.",
        table: "users_sync",
        constraint: "users_sync_pkey",
      }),
      [{ one: 1 }],
    ],
  ],
  [
    "a session that the server ends has an error, and is over",
    async (connectOne) => {
      const [client, killer] = [await connectOne(), await connectOne()];
      const errors: unknown[] = [];
      client.on("error", (error) => errors.push(error));
      const ended = new Promise<void>((resolve) => void client.once("end", resolve));
      const { rows } = await client.query("select pg_backend_pid() as pid");
      await killer.query("select pg_terminate_backend($1)", [rows[0].pid]);
      await ended;
      return [errors[0], await client.query("select 1").catch((error) => error instanceof Error)];
    },
    [expect.objectContaining({ code: "57P01" }), true],
  ],
])("by both routes: %s", async (_, work, answer) => {
  const byNeon = await work(() => connect());
  const byTcp = await work(() => connect(tcpUrl));
  expect(byTcp).toStrictEqual(byNeon);
  expect(byTcp).toEqual(answer);
});

test("a cut connection fails the running query and ends the client", async () => {
  const client = await connect();
  const ended = new Promise<void>((resolve) => client.once("end", resolve));
  client.on("error", () => {});
  await client.query("select");
  const query = client.query("select pg_sleep(30)");
  server.cut();
  await expect(query).rejects.toThrow("Connection terminated");
  await ended;
});

test("a refused connection means unreachable", async () => {
  const { address, close } = await upgradeServer(() => {});
  await close();
  proxyAt(address);
  await expect(connectClient(url)).rejects.toMatchObject(unreachable);
});

test.each([403, 502])("an upgrade answered with %d means unreachable", async (status) => {
  const { address } = await upgradeServer((_, response) => void response.writeHead(status).end());
  proxyAt(address);
  await expect(connectClient(url)).rejects.toMatchObject(unreachable);
});

test("an upgrade cut off means unreachable", async () => {
  const { address } = await upgradeServer((request) => void request.socket.destroy());
  proxyAt(address);
  await expect(connectClient(url)).rejects.toMatchObject(unreachable);
});

test("a WebSocket cut before Postgres answers means unreachable", async () => {
  const { server, address } = await upgradeServer(() => {});
  const webSockets = new WebSocketServer({ server });
  webSockets.on("connection", (client) => client.terminate());
  proxyAt(address);
  await expect(connectClient(url)).rejects.toMatchObject(unreachable);
});

test("a wrong password fails the connection", async () => {
  const wrong = connectClient(url.replace(":password@", ":wrong@"));
  await expect(wrong).rejects.toMatchObject({ ...unreachable, cause: { code: "28P01" } });
});

async function upgradeServer(listener: RequestListener) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async () => {
    server.closeAllConnections();
    server.close();
  };
  onTestFinished(close);
  return { server, address: `127.0.0.1:${(server.address() as AddressInfo).port}/v2`, close };
}
