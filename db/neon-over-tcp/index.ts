import type { WebSocketConstructor } from "@neondatabase/serverless";
import { fetchOver } from "./fetch.ts";
import { openPools } from "./pools.ts";
import { tcpWebSocket } from "./websocket.ts";
import type { SqlResponse } from "./wire.ts";

export interface NeonOverTcpOptions {
  /** Connections per connection string; 10 by default. */
  maxConnections?: number;
  /** Limit for getting a connection, including the wait for a free one; 5,000 ms by default. */
  connectTimeoutMs?: number;
  /** Postgres's `statement_timeout` for queries through `fetch`; the server's own by default. */
  statementTimeoutMs?: number;
}

export interface NeonOverTcp {
  /**
   * For `neonConfig.fetchFunction`. Answers the driver's requests from a pool of TCP connections; requests for Neon's
   * own hosts go to `globalThis.fetch`.
   *
   * Each request gets a clean session: nothing that an earlier one set, created, locked or left open remains.
   * @throws {ConnectionError} when there is no answer; its `code` says why
   * @throws the signal's reason as soon as `init.signal` aborts; the server then cancels the query
   */
  fetch(url: string | URL, init: RequestInit): Promise<SqlResponse>;

  /**
   * For a client's `neonConfig.webSocketConstructor`, or for a pool the global one: a TCP connection that looks like a
   * WebSocket, to the host of `connectionString` and encrypted as its `sslmode` says.
   *
   * Also set `pipelineConnect: false`: by default the driver sends the password before the server asks for it. And leave
   * `sslrootcert`, `sslcert` and `sslkey` out of the client's own connection string: the driver cannot read files, and
   * throws.
   *
   * And leave `poolQueryViaFetch` off: the driver's `Pool.query` then asks `fetch` for
   * `postgresql://user:password@host/database`, which has no parameters and no port and so means port 5432, and sends
   * `null` as the password if there is none.
   */
  webSocketFor(connectionString: string): WebSocketConstructor;

  /** Waits for running queries, then ends all pooled connections. Later queries fail. */
  close(): Promise<void>;
}

/**
 * Lets Neon's unmodified driver talk to any Postgres, without a proxy and without HTTP.
 *
 * ```ts
 * const tcp = neonOverTcp();
 * neonConfig.fetchFunction = tcp.fetch;
 * const sql = neon("postgresql://postgres@localhost/postgres");
 *
 * const client = new Client(url);
 * client.neonConfig.webSocketConstructor = tcp.webSocketFor(url);
 * client.neonConfig.pipelineConnect = false;
 * ```
 */
export function neonOverTcp(options: NeonOverTcpOptions = {}): NeonOverTcp {
  const { maxConnections = 10, connectTimeoutMs = 5_000, statementTimeoutMs } = options;
  const pools = openPools({ maxConnections, connectTimeoutMs, statementTimeoutMs });
  return {
    fetch: fetchOver(pools),
    webSocketFor: (connectionString) => tcpWebSocket(connectionString, connectTimeoutMs),
    close: pools.close,
  };
}

export { ConnectionError } from "./socket.ts";
