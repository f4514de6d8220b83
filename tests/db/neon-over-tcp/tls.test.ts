import { Client, neon, neonConfig } from "@neondatabase/serverless";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { neonOverTcp } from "#db/neon-over-tcp/index.ts";
import { certificate, encryptedPostgres } from "./encrypted-postgres.ts";

const url = process.env.DATABASE_URL ?? "";
const tcp = neonOverTcp();
neonConfig.fetchFunction = tcp.fetch;
afterAll(() => tcp.close());
const encrypted = await encryptedPostgres();

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
  expect(await outcomes(host, encrypted.port, parameters)).toEqual([outcome, outcome]);
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
  encrypted.yes = "S\0";
  onTestFinished(() => {
    encrypted.yes = "S";
  });
  expect(await outcomes("127.0.0.1", encrypted.port, parameters)).toEqual(["ECONNRESET", "ECONNRESET"]);
});
