import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { type Client, neonConfig } from "@neondatabase/serverless";
import { afterAll, afterEach, expect, inject, onTestFinished, test } from "vitest";
import { WebSocketServer } from "ws";
import { connectClient } from "#app/db/database.server.ts";
import { databaseIn, neon, neonUrl } from "#tests/mocks/neon/address.ts";
import { startNeonWebSocket } from "#tests/mocks/neon/websocket.ts";

const url = neonUrl(databaseIn(process.env.DATABASE_URL ?? ""));
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

async function connect(): Promise<Client> {
  const client = await connectClient(url);
  clients.add(client);
  client.once("end", () => clients.delete(client));
  return client;
}

test("a client reaches Neon through a WebSocket", async () => {
  asked.length = 0;
  const client = await connect();
  const { rows } = await client.query("select current_database() as database, $1::int + 1 as sum", [41]);
  expect(rows).toEqual([{ database: databaseIn(url), sum: 42 }]);
  expect(asked).toEqual([`${neon.host}:5432`]);
});

test("one client hears another's notification", async () => {
  const [listener, speaker] = [await connect(), await connect()];
  const heard = once(listener, "notification");
  await listener.query("listen news");
  await speaker.query("select pg_notify('news', 'x' || repeat('y', 7000))");
  expect(await heard).toMatchObject([{ channel: "news", payload: `x${"y".repeat(7000)}` }]);
});

test("a session keeps its advisory lock until it ends", async () => {
  const [holder, waiter] = [await connect(), await connect()];
  await holder.query("select pg_advisory_lock(7)");
  const lock = waiter.query("select pg_advisory_lock(7)");
  expect((await holder.query("select pg_try_advisory_lock(7) as again")).rows).toEqual([{ again: true }]);
  await holder.end();
  await lock;
});

test("an SQL error fails the query, and the session continues", async () => {
  const client = await connect();
  await expect(client.query("select 1 / 0")).rejects.toMatchObject({ code: "22012" });
  expect((await client.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
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
