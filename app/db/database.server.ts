import { setTimeout as delay } from "node:timers/promises";
import { Client, neon, neonConfig } from "@neondatabase/serverless";
import { WebSocket } from "ws";
import { BoundedQueue } from "#app/platform/bounded-queue.server.ts";
import { isNeonHost } from "#app/platform/hosts.ts";
import { requestContext } from "#app/platform/request-context.server.ts";
import { afterLastAnswer } from "#app/platform/stopping.server.ts";
import { type NeonOverTcp, neonOverTcp } from "#db/neon-over-tcp/index.ts";
import { asDatabaseFault, DatabaseFault } from "./faults.server.ts";
import { parseRows, type Statement } from "./statement.server.ts";

/** A Postgres database, reached through Neon's driver. */
export interface Database {
  /**
   * Runs one statement in a transaction of its own. Where no answer can be had it is tried again, if it is repeatable
   * or was surely not received.
   * @throws {DatabaseFault}
   */
  query<Row>(statement: Statement<Row>): Promise<Row[]>;
  /**
   * Runs several statements in one round trip, all of them seeing the same snapshot. They can only read, and are
   * tried again where no answer can be had.
   * @throws {DatabaseFault}
   */
  snapshot<Rows extends readonly unknown[]>(
    ...statements: { [Index in keyof Rows]: Statement<Rows[Index]> }
  ): Promise<{ [Index in keyof Rows]: Rows[Index][] }>;
}

/** Longer than any statement of ours takes on a million todos, shorter than a person's patience. */
const timeLimitMs = 5_000;

/**
 * So many queries of this process are sent at once. Ten connections, or ten HTTPS requests, do a thousand queries a
 * second where one takes 10 ms, which is more than the process has CPU to ask for; and ten processes fit into the 100
 * connections that Postgres allows unless told.
 */
const atOnce = 10;
/**
 * As many pages as a process answers within the time limit when all come at once. What comes later would wait in vain,
 * and is told at once.
 */
const waiting = 500;

/** A compute that wakes up, or a server that restarts, is asked again after 100 to 300 ms, and after 300 to 900. */
const tries = 3;
const firstPauseMs = 200;

/**
 * A database by its URL. Nothing is opened before the first query.
 * @param url `postgresql://…`; a Neon host is reached over HTTPS, any other over TCP
 * @param limitMs what a query may take in milliseconds, all its tries and waiting for its turn included
 */
export function connectDatabase(url: string, limitMs = timeLimitMs): Database {
  if (!isNeonHost(url)) carryOverTcp();
  const sql = neon(url);

  return {
    async query(statement) {
      const { text, values } = statement.sql;
      const rows = await ask(url, limitMs, statement.isRepeatable, (signal) =>
        sql.query(text, values, { fetchOptions: { signal } }),
      );
      return parseRows(statement, rows);
    },
    async snapshot(...statements) {
      const results = await ask(url, limitMs, true, (signal) => {
        const reads = statements.map(({ sql: { text, values } }) => sql.query(text, values));
        const options = { readOnly: true, isolationLevel: "RepeatableRead" } as const;
        return sql.transaction(reads, { ...options, fetchOptions: { signal } });
      });
      return statements.map((each, index) => parseRows(each, results[index] ?? [])) as never;
    },
  };
}

/** One for each URL, whoever asks it: all of them share the connections. */
const queues = new Map<string, BoundedQueue>();

/**
 * The requests, by their contexts, for which the database had no answer in time. A form without JavaScript is answered
 * with a page, which asks once more: nobody waits for both.
 */
const unanswered = new WeakMap<object, DatabaseFault>();

/**
 * Sends a query, within the limit, when its turn comes. A turn ends with its try: who pauses holds up nobody.
 * @throws {DatabaseFault}
 */
async function ask<Answer>(
  url: string,
  limitMs: number,
  isRepeatable: boolean,
  send: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const request = requestContext();
  const earlier = request && unanswered.get(request);
  if (earlier) throw earlier;
  const signal = AbortSignal.timeout(limitMs);
  const queue = queues.get(url) ?? new BoundedQueue({ atOnce, waiting });
  queues.set(url, queue);
  const trying = async () => {
    for (let pauseMs = firstPauseMs, left = tries - 1; ; pauseMs *= 3, left -= 1) {
      try {
        return await queue.inTurn(signal, () => send(signal));
      } catch (error) {
        const fault = asDatabaseFault(error);
        if (left === 0 || !mayTryAgain(fault, isRepeatable)) throw fault;
        // The processes of a site should not all come back at once.
        await delay(pauseMs * (0.5 + Math.random()));
        if (signal.aborted) throw fault;
      }
    }
  };
  try {
    return await queue.hold(trying);
  } catch (error) {
    const fault = asDatabaseFault(error);
    if (request && fault instanceof DatabaseFault && fault.kind === "timed out")
      unanswered.set(request, fault);
    throw fault;
  }
}

/** What took too long is not asked once more: whoever waits has waited long enough. */
function mayTryAgain(fault: unknown, isRepeatable: boolean): boolean {
  return fault instanceof DatabaseFault && fault.kind === "unreachable" && (isRepeatable || fault.isUnsent);
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
  tcp ??= neonOverTcp({ maxConnections: atOnce, statementTimeoutMs: timeLimitMs });
  neonConfig.fetchFunction = tcp.fetch;
  return tcp;
}

afterLastAnswer(closeDatabases);

/** Ends the process's connections, once their queries are done. */
export async function closeDatabases(): Promise<void> {
  await tcp?.close();
  tcp = undefined;
}

function rethrow(error: unknown): never {
  throw asDatabaseFault(error);
}
