import { once } from "node:events";
import { readFileSync } from "node:fs";
import net from "node:net";
import tls from "node:tls";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

/** A certificate for `localhost`, signed by itself, good until 2126; with its key, which protects nothing. */
export const certificate = fileURLToPath(new URL("tls.pem", import.meta.url));

/** Puts TLS before the tests' Postgres, which has none, and accepts nothing else. */
export async function encryptedPostgres() {
  const { hostname, port } = new URL(process.env.DATABASE_URL ?? "");
  const pem = readFileSync(certificate);
  const encrypted = { port: 0, yes: "S" };
  const server = net.createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => {
      socket.write(encrypted.yes);
      const inside = new tls.TLSSocket(socket, { isServer: true, key: pem, cert: pem });
      const postgres = net.connect(Number(port), hostname);
      // Also when the client refuses the certificate.
      inside.on("error", () => postgres.destroy());
      inside.pipe(postgres).pipe(inside);
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  afterAll(() => void server.close());
  encrypted.port = (server.address() as net.AddressInfo).port;
  return encrypted;
}
