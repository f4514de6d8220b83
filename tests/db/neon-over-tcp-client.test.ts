import { once } from "node:events";
import { expect, test } from "vitest";
import { neonOverTcp } from "#db/neon-over-tcp/index.ts";
import { clientOf, postgres, refusingUrl, silentServer, url } from "./neon-over-tcp-harness.ts";

test("a client queries in its own session, and ends", async () => {
  const client = clientOf({ connectionString: url });
  await client.connect();
  const ended = new Promise<void>((resolve) => void client.on("end", resolve));
  await client.query("set application_name = 'a client'");
  const { rows } = await client.query(
    "select current_setting('application_name') as name, $1::text as text",
    ["x".repeat(1 << 20)],
  );
  expect(rows).toEqual([{ name: "a client", text: "x".repeat(1 << 20) }]);
  await client.end();
  await ended;
});

test("a client hears a notification", async () => {
  const client = clientOf({ connectionString: url });
  await client.connect();
  const heard = new Promise((resolve) => void client.on("notification", resolve));
  await client.query("listen news");
  await postgres.query("select pg_notify('news', 'hello')");
  expect(await heard).toMatchObject({ channel: "news", payload: "hello" });
  await client.end();
});

test("a client learns that the server ended its session", async () => {
  const client = clientOf({ connectionString: url });
  await client.connect();
  const errors: Error[] = [];
  client.on("error", (error) => errors.push(error));
  const ended = new Promise<void>((resolve) => void client.on("end", resolve));
  const { rows } = await client.query("select pg_backend_pid() as pid");
  await postgres.query("select pg_terminate_backend($1)", [rows[0].pid]);
  await ended;
  expect(errors[0]).toMatchObject({ code: "57P01" });
  await expect(client.query("select 1")).rejects.toThrow();
});

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

test("a WebSocket that is closed early does not open", async () => {
  const socket = new (neonOverTcp().webSocketFor(url))();
  const happened: string[] = [];
  socket.addEventListener("open", () => happened.push("open"));
  const closed = new Promise((resolve) => socket.addEventListener("close", resolve));
  socket.close();
  await closed;
  expect({ happened, readyState: socket.readyState }).toEqual({ happened: [], readyState: 3 });
});
