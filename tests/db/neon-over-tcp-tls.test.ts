import { once } from "node:events";
import { readFileSync } from "node:fs";
import net from "node:net";
import tls from "node:tls";
import { fileURLToPath } from "node:url";
import { Client, neon, neonConfig } from "@neondatabase/serverless";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { neonOverTcp } from "#db/neon-over-tcp/index.ts";

const url = process.env.DATABASE_URL ?? "";
const tcp = neonOverTcp();
neonConfig.fetchFunction = tcp.fetch;
afterAll(() => tcp.close());

/** A certificate for `localhost`, signed by itself, good until 2126; with its key, which protects nothing. */
const certificate = fileURLToPath(new URL("neon-over-tcp-tls.pem", import.meta.url));

/** Puts TLS before the tests' Postgres, which has none, and accepts nothing else. */
let yes = "S";
const encrypted = net.createServer((socket) =>
  socket.once("data", () => {
    socket.write(yes);
    const pem = readFileSync(certificate);
    const inside = new tls.TLSSocket(socket, { isServer: true, key: pem, cert: pem });
    inside.on("error", () => {});
    inside.pipe(net.connect(Number(new URL(url).port), new URL(url).hostname)).pipe(inside);
  }),
);
beforeAll(() => once(encrypted.listen(0, "127.0.0.1"), "listening"));
afterAll(() => void encrypted.close());

/** What comes of a request and of a client: `connected`, or the error's code. */
async function outcomes(host: string, port: number, parameters: string): Promise<string[]> {
  const to = new URL(url);
  to.hostname = host;
  to.port = String(port);
  // The driver's client cannot be given a URL with an sslrootcert: it tries to read it, and has no fs.
  const client = new Client(Object.assign(new URL(to), { search: "" }).href);
  to.search = parameters.replace("ours", certificate);
  client.neonConfig.webSocketConstructor = tcp.webSocketFor(to.href);
  client.neonConfig.pipelineConnect = false;
  const attempts: Promise<unknown>[] = [neon(to.href)`select 1`, client.connect().then(() => client.end())];
  return (await Promise.allSettled(attempts)).map((attempt) =>
    attempt.status === "fulfilled" ? "connected" : (attempt.reason.sourceError ?? attempt.reason).code,
  );
}

const selfSigned = "DEPTH_ZERO_SELF_SIGNED_CERT";
const otherHost = "ERR_TLS_CERT_ALTNAME_INVALID";

test.each([
  ["sslmode=prefer", "127.0.0.1", "connected"],
  ["sslmode=require&channel_binding=require", "127.0.0.1", "connected"],
  ["sslmode=require&sslrootcert=ours", "127.0.0.1", "connected"],
  ["sslmode=require&sslrootcert=system", "127.0.0.1", selfSigned],
  ["sslmode=verify-ca", "localhost", selfSigned],
  ["sslmode=verify-ca&sslrootcert=ours", "127.0.0.1", "connected"],
  ["sslmode=verify-full", "localhost", selfSigned],
  ["sslmode=verify-full&sslrootcert=ours", "127.0.0.1", otherHost],
  ["sslmode=verify-full&sslrootcert=ours", "localhost", "connected"],
])("with TLS: %s to %s is %s", async (parameters, host, outcome) => {
  const { port } = encrypted.address() as net.AddressInfo;
  expect(await outcomes(host, port, parameters)).toEqual([outcome, outcome]);
});

test.each([
  ["", "connected"],
  ["sslmode=disable", "connected"],
  ["sslmode=prefer", "connected"],
  ["sslmode=require", "ECONNRESET"],
  ["sslmode=verify-full", "ECONNRESET"],
  ["sslmode=nonsense", "EINVAL"],
])("without TLS: '%s' is %s", async (parameters, outcome) => {
  const { hostname, port } = new URL(url);
  expect(await outcomes(hostname, Number(port), parameters)).toEqual([outcome, outcome]);
});

test.each([
  "sslmode=allow",
  "sslmode=require",
])("more than a yes to TLS is refused: %s", async (parameters) => {
  yes = "S\0";
  onTestFinished(() => {
    yes = "S";
  });
  const { port } = encrypted.address() as net.AddressInfo;
  expect(await outcomes("127.0.0.1", port, parameters)).toEqual(["ECONNRESET", "ECONNRESET"]);
});
