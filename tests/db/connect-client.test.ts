import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { connectClient } from "#app/db/database.server.ts";

/** A message of Postgres's protocol. */
function message(type: string, body: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + body.length);
  return Buffer.concat([Buffer.from(type), length, Buffer.from(body, "latin1")]);
}

test("a session that ends as soon as it is ready fails its next query, not the process", async () => {
  const authenticated = message("R", "\0\0\0\0");
  const ready = message("Z", "I");
  const ended = message("E", "SFATAL\0C57P01\0Mterminating connection\0\0");
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end(Buffer.concat([authenticated, ready, ended])));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const client = await connectClient(`postgresql://nobody@127.0.0.1:${port}/nothing?sslmode=disable`);
  await expect(client.query("select 1")).rejects.toThrow();
  await client.end().catch(() => {});
  await new Promise((resolve) => server.close(resolve));
});
