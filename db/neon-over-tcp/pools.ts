import { setImmediate } from "node:timers/promises";
import pg from "pg";
import { unlessAborted } from "#app/platform/unless-aborted.ts";
import { cancel } from "./cancel.ts";
import { withoutTls } from "./connection-string.ts";
import { agreedTls, ConnectionError } from "./socket.ts";

interface PoolsOptions {
  maxConnections: number;
  connectTimeoutMs: number;
  statementTimeoutMs: number | undefined;
}

export interface Pools {
  /** The session is clean. @throws the signal's reason, pg's DatabaseError, or ConnectionError */
  use<Result>(
    connectionString: string,
    signal: AbortSignal | undefined,
    work: (client: pg.PoolClient) => Promise<Result>,
  ): Promise<Result>;
  close(): Promise<void>;
}

/** A pool for each connection string, opened on first use. */
export function openPools({ maxConnections, connectTimeoutMs, statementTimeoutMs }: PoolsOptions): Pools {
  const pools = new Map<string, Promise<pg.Pool>>();
  const connected = new Set<pg.PoolClient>();
  const underWay = new Set<Promise<unknown>>();
  let closed = false;

  async function openPool(connectionString: string): Promise<pg.Pool> {
    const pool = new pg.Pool({
      connectionString: withoutTls(connectionString),
      ssl: await agreedTls(connectionString, AbortSignal.timeout(connectTimeoutMs)),
      max: maxConnections,
      connectionTimeoutMillis: connectTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      allowExitOnIdle: true,
      // As a startup parameter it survives `discard all`.
      statement_timeout: statementTimeoutMs ?? false,
    });
    // The pool drops an idle connection that dies.
    pool.on("error", () => {});
    pool.on("connect", (client) => {
      // When a connection in use dies, its query fails.
      client.on("error", () => {});
      client.once("end", () => connected.delete(client));
      connected.add(client);
    });
    return pool;
  }

  async function connect(connectionString: string): Promise<pg.PoolClient> {
    let opening = pools.get(connectionString);
    if (opening === undefined) {
      opening = openPool(connectionString);
      pools.set(connectionString, opening);
      opening.catch(() => pools.delete(connectionString));
    }
    const pool = await opening;
    if (pool.idleCount > 0) await socketsRead();
    return pool.connect();
  }

  async function use<Result>(
    connectionString: string,
    signal: AbortSignal | undefined,
    work: (client: pg.PoolClient) => Promise<Result>,
  ): Promise<Result> {
    if (closed) throw new Error("neonOverTcp has been closed");
    const inTime = <Value>(promise: Promise<Value>) => (signal ? unlessAborted(promise, signal) : promise);
    const connecting = connect(connectionString);
    const client = await inTime(connecting).catch((error) => {
      connecting.then(
        (unneeded) => unneeded.release(),
        () => {},
      );
      // Postgres's own refusal has a code that says why.
      const isKnown = error instanceof pg.DatabaseError || (signal?.aborted && error === signal.reason);
      throw isKnown ? error : new ConnectionError(error, true);
    });
    try {
      const result = await inTime(work(client));
      reset(client);
      return result;
    } catch (error) {
      if (signal?.aborted) {
        client.release(true);
        track(cancel(connectionString, client, AbortSignal.timeout(cancelLimitMs))).catch(() => {});
      } else {
        reset(client);
      }
      throw error;
    }
  }

  function track<Result>(promise: Promise<Result>): Promise<Result> {
    underWay.add(promise);
    const forget = () => underWay.delete(promise);
    promise.then(forget, forget);
    return promise;
  }

  return {
    use: (connectionString, signal, work) =>
      track(use(connectionString, signal, work)).catch((error) => {
        const isOutcome = error instanceof pg.DatabaseError || error instanceof ConnectionError;
        throw isOutcome || (signal?.aborted && error === signal.reason) ? error : new ConnectionError(error);
      }),
    async close() {
      closed = true;
      while (underWay.size > 0) await Promise.allSettled(underWay);
      await Promise.allSettled([...pools.values()].map(async (pool) => (await pool).end()));
      pools.clear();
      // A pool ends before its sockets do, and they no longer keep the process alive.
      await Promise.all([...connected].map(ended));
    },
  };
}

/** If the server cannot be reached in time, its statement_timeout ends the query. */
const cancelLimitMs = 1_000;

/** It takes a fraction of a millisecond. */
const resetLimitMs = 2_000;

/**
 * Even a select can leave a setting or a lock behind, and on loopback the cost is lost in the noise. In an open
 * transaction `discard all` fails, and the connection is dropped.
 */
function reset(client: pg.PoolClient): void {
  // Not in @types/pg. Without it, a silent connection would be kept for a quarter of an hour.
  const discard: pg.QueryConfig & { query_timeout: number } = {
    text: "discard all",
    query_timeout: resetLimitMs,
  };
  client.query(discard).then(
    () => client.release(),
    () => client.release(true),
  );
}

/**
 * Lets sockets report that they have died, so that no dead connection is used. The first immediate may run before the
 * sockets are read, the second runs after.
 */
async function socketsRead(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

function ended(client: pg.PoolClient): Promise<void> {
  // Not in @types/pg.
  (client as pg.PoolClient & { ref(): void }).ref();
  return new Promise((resolve) => client.once("end", resolve));
}
