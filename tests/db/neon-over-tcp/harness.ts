import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { Client, type ClientConfig, neon, neonConfig, Pool } from "@neondatabase/serverless";
import pg from "pg";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { type NeonOverTcpOptions, neonOverTcp } from "#db/neon-over-tcp/index.ts";

export const url = process.env.DATABASE_URL ?? "";

/** A session beside the driver's: to compare with, to look at the server, and to kill. */
export const postgres = new pg.Client(url);
beforeAll(() => postgres.connect());
afterAll(() => postgres.end());

/** The sessions that are running exactly this query. */
export const running = (query: string) => sessions(query, "active");

/** The pooled sessions that wait for work: what they did last was to become as new. */
export const idle = () => sessions("discard all", "idle");

async function sessions(query: string, state: string): Promise<number[]> {
  const { rows } = await postgres.query(
    "select pid from pg_stat_activity where datname = current_database() and query = $1 and state = $2",
    [query, state],
  );
  return rows.map(({ pid }) => pid);
}

/** Neon's driver, on pools of the test's own. */
export function driver(options: NeonOverTcpOptions = {}) {
  const tcp = neonOverTcp(options);
  neonConfig.fetchFunction = tcp.fetch;
  onTestFinished(() => tcp.close());
  return { tcp, sql: neon(url) };
}

/** Neon's client, not yet connected. */
export function clientOf(config: ClientConfig & { connectionString: string }, options?: NeonOverTcpOptions) {
  const client = new Client(config);
  client.neonConfig.webSocketConstructor = neonOverTcp(options).webSocketFor(config.connectionString);
  client.neonConfig.pipelineConnect = false;
  return client;
}

/** Neon's pool. It has no `neonConfig` of its own. */
export function pool(): Pool {
  neonConfig.webSocketConstructor = neonOverTcp().webSocketFor(url);
  neonConfig.pipelineConnect = false;
  const opened = new Pool({ connectionString: url });
  onTestFinished(() => opened.end());
  return opened;
}

/** A server that accepts connections and never says a word. */
export async function silentServer() {
  // A reader notices that the other side has gone, and closes too.
  const silent = createServer((socket) => socket.resume()).listen(0, "127.0.0.1");
  await once(silent, "listening");
  onTestFinished(() => void silent.close());
  const { port } = silent.address() as AddressInfo;
  return { silent, silentUrl: `postgresql://postgres@127.0.0.1:${port}/postgres` };
}

/** A URL where no server listens. */
export async function refusingUrl() {
  const { silent, silentUrl } = await silentServer();
  await new Promise((resolve) => silent.close(resolve));
  return silentUrl;
}
