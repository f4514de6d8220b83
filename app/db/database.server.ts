import { Client, neon, neonConfig } from "@neondatabase/serverless";
import { WebSocket } from "ws";
import { type NeonOverTcp, neonOverTcp } from "#db/neon-over-tcp/index.ts";
import { asDatabaseFault } from "./faults.server.ts";
import { parseRows, type Statement } from "./statement.server.ts";

/** A Postgres database, reached through Neon's driver. */
export interface Database {
  /**
   * Runs one statement in a transaction of its own.
   * @throws {DatabaseFault}
   */
  query<Row>(statement: Statement<Row>): Promise<Row[]>;
  /**
   * Runs several statements in one round trip, all of them seeing the same snapshot.
   * @throws {DatabaseFault}
   */
  snapshot<Rows extends readonly unknown[]>(
    ...statements: { [Index in keyof Rows]: Statement<Rows[Index]> }
  ): Promise<{ [Index in keyof Rows]: Rows[Index][] }>;
}

/** Longer than any statement of ours takes on a million todos, shorter than a person's patience. */
const timeLimitMs = 5_000;

/**
 * A database by its URL. Nothing is opened before the first query.
 * @param url `postgresql://…`; a Neon host is reached over HTTPS, any other over TCP
 * @param limitMs what a query may take, in milliseconds
 */
export function connectDatabase(url: string, limitMs = timeLimitMs): Database {
  if (!isNeonHost(url)) carryOverTcp();
  const sql = neon(url);
  const limited = () => ({ fetchOptions: { signal: AbortSignal.timeout(limitMs) } });

  return {
    async query(statement) {
      const { text, values } = statement.sql;
      const rows = await sql.query(text, values, limited()).catch(rethrow);
      return parseRows(statement, rows);
    },
    async snapshot(...statements) {
      const reads = statements.map(({ sql: { text, values } }) => sql.query(text, values));
      const results = await sql
        .transaction(reads, { readOnly: true, isolationLevel: "RepeatableRead", ...limited() })
        .catch(rethrow);
      return statements.map((each, index) => parseRows(each, results[index] ?? [])) as never;
    },
  };
}

export type { Client };

export interface ClientOptions {
  /** What `pg_stat_activity` calls the session. */
  applicationName?: string;
  /** In milliseconds; 10 s unless told, as a compute of Neon's may have to wake up first. */
  connectLimitMs?: number;
}

/**
 * A session of its own, for what a single request cannot hold: LISTEN, and advisory locks.
 * The caller ends it.
 * @param url the direct (unpooled) URL; Neon is reached through a WebSocket
 * @throws {DatabaseFault}
 */
export async function connectClient(
  url: string,
  { applicationName, connectLimitMs = 10_000 }: ClientOptions = {},
): Promise<Client> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: connectLimitMs,
    ...(applicationName && { application_name: applicationName }),
  });
  // A session may be ended in the moment in which it is ready, before the caller can listen: without a listener that
  // would end the process. The caller's next query tells him.
  client.on("error", () => {});
  // Left to itself the driver calls a client connected before Postgres has looked at the password.
  client.neonConfig.pipelineConnect = false;
  if (isNeonHost(url)) {
    // Node 20 has none of its own.
    client.neonConfig.webSocketConstructor = WebSocket;
  } else {
    client.neonConfig.webSocketConstructor = carryOverTcp().webSocketFor(url);
    client.neonConfig.useSecureWebSocket = false;
    client.neonConfig.forceDisablePgSSL = true;
    client.neonConfig.coalesceWrites = false;
  }
  await client.connect().catch(rethrow);
  return client;
}

let tcp: NeonOverTcp | undefined;

/** Makes the driver's requests for hosts that are not Neon's travel over TCP, in the whole process. */
function carryOverTcp(): NeonOverTcp {
  tcp ??= neonOverTcp({ statementTimeoutMs: timeLimitMs });
  neonConfig.fetchFunction = tcp.fetch;
  return tcp;
}

/** Ends the process's connections, once their queries are done. */
export async function closeDatabases(): Promise<void> {
  await tcp?.close();
  tcp = undefined;
}

function isNeonHost(url: string): boolean {
  return /(^|\.)neon\.(tech|build)$/.test(new URL(url).hostname);
}

function rethrow(error: unknown): never {
  throw asDatabaseFault(error);
}
