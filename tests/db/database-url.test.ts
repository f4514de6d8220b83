import { once } from "node:events";
import net from "node:net";
import sql from "sql-template-tag";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { connectClient, connectDatabase } from "#app/db/database.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { configuredDatabaseUrl } from "#app/platform/environment.server.ts";
import { migrate, printStatus } from "#db/migrate.ts";
import { Refusal } from "#db/refusal.ts";
import { session } from "#tests/db/migrations/harness.ts";
import { certificate, encryptedPostgres } from "#tests/db/neon-over-tcp/encrypted-postgres.ts";

const { username, password, port, pathname } = new URL(process.env.DATABASE_URL ?? "");
const user = `${username}:${password}`;
const encrypted = await encryptedPostgres();

/** What queries, sessions and migrations come to with a configured URL. */
async function outcomes(DATABASE_URL: string) {
  const url = configuredDatabaseUrl({ DATABASE_URL }) ?? "";
  const one = statement(z.object({ one: z.number() }), sql`select 1 as one`);
  const client = await connectClient(url);
  await client.end();
  await migrate(url);
  return connectDatabase(url).query(one);
}
const works = [{ one: 1 }];

// Linux reaches this machine by 0.0.0.0, which is no loopback host to us: like the `db` of a compose file.
test.each([
  "",
  `?sslmode=allow&sslrootcert=${certificate}`,
  "?sslmode=prefer&sslrootcert=system&pgbouncer=true&schema=public&keepalives=1&channel_binding=prefer",
])("queries, sessions and migrations work on a host without TLS: '%s'", async (parameters) => {
  expect(await outcomes(`postgresql://${user}@0.0.0.0:${port}${pathname}${parameters}`)).toEqual(works);
});

test.each([
  ["0.0.0.0", "options=-c%20lock_timeout%3D9s"],
  ["127.0.0.1", "sslmode=verify-ca&sslrootcert=ours"],
  ["localhost", "sslmode=verify-full&sslrootcert=ours"],
])("queries, sessions and migrations work with TLS: %s with '%s'", async (host, parameters) => {
  const search = parameters.replace("ours", certificate);
  expect(await outcomes(`postgresql://${user}@${host}:${encrypted.port}${pathname}?${search}`)).toEqual(
    works,
  );
});

test.each([
  ["127.0.0.1", "sslmode=verify-full&sslrootcert=ours"],
  ["localhost", "sslmode=require&sslrootcert=system"],
])("migrations verify the server's certificate: %s with '%s'", async (host, parameters) => {
  const url = `postgresql://${user}@${host}:${encrypted.port}${pathname}?${parameters.replace("ours", certificate)}`;
  await expect(printStatus(url)).rejects.toThrow(Refusal);
});

test("queries, sessions and migrations work with an IPv6 address", async () => {
  const server = net.createServer((socket) => {
    socket.on("error", () => {});
    socket.pipe(net.connect(Number(port), "127.0.0.1")).pipe(socket);
  });
  await once(server.listen(0, "::1"), "listening");
  onTestFinished(() => void server.close());
  const address = `[::1]:${(server.address() as net.AddressInfo).port}`;
  expect(await outcomes(`postgresql://${user}@${address}${pathname}`)).toEqual(works);
});

test.each([
  ["a%zz^b'", "a%zz^b'"],
  ["%ff25%25", "%ff25%"],
  ["p@s s+ü", "p@s s+ü"],
])("queries, sessions and migrations take %s in a URL as the password %s", async (written, meant) => {
  const client = await session();
  const role = `role_${crypto.randomUUID().replaceAll("-", "_")}`;
  await client.query(`create role ${role} superuser login password '${meant.replace("'", "''")}'`);
  onTestFinished(async () => {
    await client.query(`drop role ${role}`);
  });
  expect(await outcomes(`postgresql://${role}:${written}@127.0.0.1:${port}${pathname}`)).toEqual(works);
});
