import { setTimeout as delay } from "node:timers/promises";
import { Client, neon, neonConfig } from "@neondatabase/serverless";
import { WebSocket } from "ws";
import { BoundedQueue } from "#app/platform/bounded-queue.server.ts";
import { databasePoolMax } from "#app/platform/environment.server.ts";
import { isNeonHost } from "#app/platform/hosts.ts";
import { metrics, secondsSince } from "#app/platform/metrics.server.ts";
import { requestContext } from "#app/platform/request-context.server.ts";
import { afterLastAnswer } from "#app/platform/stopping.server.ts";
import { withoutTls } from "#db/neon-over-tcp/connection-string.ts";
import { type NeonOverTcp, neonOverTcp } from "#db/neon-over-tcp/index.ts";
import { asDatabaseFault, DatabaseFault } from "./faults.server.ts";
import { parseRows, type Statement } from "./statement.server.ts";

export interface Database {
  /**
   * Runs one statement in its own transaction. Without an answer it is tried again, if it is repeatable or was certainly
   * not received.
   * @throws {DatabaseFault}
   */
  query<Row>(statement: Statement<Row>): Promise<Row[]>;
  /**
   * Runs several statements in one round trip, on the same snapshot. They can only read, and are tried again without an
   * answer.
   * @throws {DatabaseFault}
   */
  snapshot<Rows extends readonly unknown[]>(
    ...statements: { [Index in keyof Rows]: Statement<Rows[Index]> }
  ): Promise<{ [Index in keyof Rows]: Rows[Index][] }>;
}

/** Longer than any of our statements takes on a million todos, and shorter than a user's patience. */
const timeLimitMs = 5_000;

/** As many as a process answers within the time limit. Later ones would wait in vain, and are refused at once. */
const waiting = 500;

/** A compute that wakes up, or a server that restarts, is asked again after 100 to 300 ms, and after another 300 to 900. */
const tries = 3;
const firstPauseMs = 200;

/**
 * A database by its URL. Nothing is opened before the first query.
 * @param url `postgresql://…`; a Neon host is reached over HTTPS, any other over TCP
 * @param limitMs how long a query may take, in milliseconds, with all its tries and waiting
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

/**
 * By URL. Ten connections, or ten HTTPS requests, do a thousand queries a second if one takes 10 ms, which is more than
 * the process has CPU for.
 */
const queues = new Map<string, BoundedQueue>();

/**
 * The contexts of requests for which the database timed out. A form without JavaScript is answered with a page, which
 * asks again: users should not wait twice.
 *
 * It does not keep the faults. Their stacks keep the signal, Node keeps the signal's timer until the signal is collected,
 * and the timer keeps the context: 6 KB leaked with each request that timed out.
 */
const unanswered = new WeakSet<object>();

/**
 * Sends a query, within the limit, when its turn comes. A turn ends with its try: a pause delays no other query.
 * @throws {DatabaseFault}
 */
async function ask<Answer>(
  url: string,
  limitMs: number,
  isRepeatable: boolean,
  send: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const request = requestContext();
  if (request && unanswered.has(request)) {
    throw new DatabaseFault("timed out", undefined, "for an earlier query of the request", true);
  }
  const signal = AbortSignal.timeout(limitMs);
  const queue = queues.get(url) ?? new BoundedQueue("database", { atOnce: databasePoolMax(), waiting });
  queues.set(url, queue);
  const trying = async () => {
    for (let pauseMs = firstPauseMs, left = tries - 1; ; pauseMs *= 3, left -= 1) {
      try {
        return await queue.inTurn(signal, () => measured(send(signal)));
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
    const isTimeout = fault instanceof DatabaseFault && fault.kind === "timed out";
    if (request && isTimeout) unanswered.add(request);
    throw fault;
  }
}

async function measured<Answer>(roundTrip: Promise<Answer>): Promise<Answer> {
  const startedAt = performance.now();
  let outcome = "answered";
  try {
    return await roundTrip;
  } catch (error) {
    const fault = asDatabaseFault(error);
    outcome = fault instanceof DatabaseFault ? fault.kind : "error";
    throw error;
  } finally {
    metrics.roundTrips.observe({ outcome }, secondsSince(startedAt));
  }
}

/** What timed out is not tried again: the user has waited long enough. */
function mayTryAgain(fault: unknown, isRepeatable: boolean): boolean {
  return fault instanceof DatabaseFault && fault.kind === "unreachable" && (isRepeatable || fault.isUnsent);
}

export type { Client };

/**
 * A session for what a single request cannot hold: LISTEN, and advisory locks. The caller ends it.
 * @param url the direct (unpooled) one; Neon is reached through a WebSocket
 * @param options.connectLimitMs 10 s by default: a Neon compute may have to wake up first
 * @throws {DatabaseFault}
 */
export async function connectClient(
  url: string,
  { applicationName, connectLimitMs = 10_000 }: { applicationName?: string; connectLimitMs?: number } = {},
): Promise<Client> {
  const client = new Client({
    connectionString: withoutTls(url),
    connectionTimeoutMillis: connectLimitMs,
    ...(applicationName && { application_name: applicationName }),
  });
  // A session may end before the caller can listen to it: without a listener that would end the process. The caller's next
  // query throws.
  client.on("error", () => {});
  // By default the driver calls a client connected before Postgres has checked the password.
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
  await client.connect().catch((error) => {
    throw asDatabaseFault(error);
  });
  return client;
}

let tcp: NeonOverTcp | undefined;

function carryOverTcp(): NeonOverTcp {
  tcp ??= neonOverTcp({ maxConnections: databasePoolMax(), statementTimeoutMs: timeLimitMs });
  neonConfig.fetchFunction = tcp.fetch;
  return tcp;
}

afterLastAnswer(closeDatabases);

/** Ends the process's connections, once their queries are done. */
export async function closeDatabases(): Promise<void> {
  await tcp?.close();
  tcp = undefined;
}
