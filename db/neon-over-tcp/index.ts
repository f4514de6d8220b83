import type { WebSocketConstructor } from "@neondatabase/serverless";
import { fetchOver } from "./fetch.ts";
import { openPools } from "./pools.ts";
import { tcpWebSocket } from "./websocket.ts";
import type { SqlResponse } from "./wire.ts";

export interface NeonOverTcpOptions {
  /** Connections per connection string, 10 unless told. */
  maxConnections?: number;
  /** What getting a connection may take, waiting for a free one included: 5,000 ms unless told. */
  connectTimeoutMs?: number;
  /** Postgres's own `statement_timeout` for what comes through `fetch`; unless told, the server decides. */
  statementTimeoutMs?: number;
}

export interface NeonOverTcp {
  /**
   * For `neonConfig.fetchFunction`. Answers the driver's requests from a pool of TCP connections; requests
   * for Neon's own hosts go on to `globalThis.fetch`.
   *
   * Each request finds a session as new: what the one before it had set, created, locked or left open is
   * gone.
   * @throws {ConnectionError} when no answer could be had; its `code` says why
   * @throws the signal's reason, as soon as `init.signal` aborts; the server stops working on the query
   */
  fetch(url: string | URL, init: RequestInit): Promise<SqlResponse>;

  /**
   * For a client's `neonConfig.webSocketConstructor`: a TCP connection in the shape of a WebSocket, made to
   * the host of `connectionString` and encrypted as its `sslmode` says.
   *
   * Set `pipelineConnect: false` beside it: the driver's default sends the password before the server has
   * asked for one. And leave `sslrootcert`, `sslcert` and `sslkey` out of the client's own connection string:
   * the driver cannot read files, and throws.
   */
  webSocketFor(connectionString: string): WebSocketConstructor;

  /** Waits for the queries under way and ends all pooled connections. Later queries are refused. */
  close(): Promise<void>;
}

/**
 * Lets Neon's driver, unmodified, talk to any Postgres: no proxy, no HTTP.
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
