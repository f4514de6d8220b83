import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { neonOverTcp } from "#db/neon-over-tcp/index.ts";
import { clientOf, refusingUrl, silentServer, url } from "./harness.ts";

test("a refused client gets an error with a code", async () => {
  const client = clientOf({ connectionString: await refusingUrl() });
  const error = await client.connect().catch((reason) => reason);
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ code: "ECONNREFUSED" });
});

test("a client gives up when the server does not answer its request for TLS", async () => {
  const { silentUrl } = await silentServer();
  const client = clientOf({ connectionString: `${silentUrl}?sslmode=require` }, { connectTimeoutMs: 100 });
  await expect(client.connect()).rejects.toMatchObject({ code: "ETIMEDOUT" });
});

test("a client that gives up on a silent server ends the connection", async () => {
  const { silent, silentUrl } = await silentServer();
  const closed = once(silent, "connection").then(([socket]) => once(socket, "close"));
  const client = clientOf({ connectionString: silentUrl, connectionTimeoutMillis: 100 });
  await expect(client.connect()).rejects.toThrow("Connection terminated");
  await closed;
});

test("a WebSocket sends data that it got before it was open", async () => {
  const socket = new (neonOverTcp().webSocketFor(url))();
  const answer = new Promise<MessageEvent>((resolve) => socket.addEventListener("message", resolve));
  socket.send(Uint8Array.of(0, 0, 0, 8, 4, 210, 22, 47)); // Postgres's SSLRequest, answered by one letter
  expect((await answer).data).toHaveProperty("byteLength", 1);
  socket.close();
});

test("a WebSocket whose connection is reset says so, and closes", async () => {
  const server = createServer((socket) => void socket.once("data", () => socket.resetAndDestroy()));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const socket = new (neonOverTcp().webSocketFor(`postgresql://127.0.0.1:${port}/`))();
  const happened: unknown[] = [];
  socket.addEventListener("error", (error) => happened.push((error as { code?: string }).code));
  const closed = new Promise((resolve) => socket.addEventListener("close", resolve));
  socket.send(new Uint8Array(8));
  await closed;
  server.close();
  expect(happened).toEqual(["ECONNRESET"]);
});

test("a WebSocket that is closed early does not open", async () => {
  const socket = new (neonOverTcp().webSocketFor(url))();
  const happened: string[] = [];
  socket.addEventListener("open", () => happened.push("open"));
  const closed = new Promise((resolve) => socket.addEventListener("close", resolve));
  socket.close();
  await closed;
  expect({ happened, readyState: socket.readyState }).toEqual({ happened: [], readyState: 3 });
});

test("a WebSocket sends all that it was given before it is closed", async () => {
  const length = 32 << 20; // more than the system's buffers take
  let arrived = 0;
  const server = createServer((socket) => void socket.on("data", (chunk) => (arrived += chunk.length)));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const socket = new (neonOverTcp().webSocketFor(`postgresql://127.0.0.1:${port}/`))();
  await new Promise((resolve) => socket.addEventListener("open", resolve));
  socket.send(new Uint8Array(length));
  socket.close();
  await once(server.close(), "close");
  expect(arrived).toBe(length);
});
