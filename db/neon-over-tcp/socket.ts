import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import { addressIn, tlsDemandIn } from "./connection-string.ts";

/** The server gave no answer. `code` is Node's error code, or the closest one. */
export class ConnectionError extends Error {
  override name = "ConnectionError";
  readonly code: string;
  /** @param isUnsent whether it failed before a query was sent */
  constructor(
    cause: Error & { code?: unknown },
    readonly isUnsent = false,
  ) {
    const code =
      typeof cause.code === "string" ? cause.code : /time/i.test(cause.message) ? "ETIMEDOUT" : "ECONNRESET";
    // For a host with several addresses, Node's error has a code but no message.
    super(cause.message || code, { cause });
    this.code = code;
  }
}

/**
 * Opens a socket to a Postgres server, ready for the startup message; a `tls.TLSSocket` if encrypted. The caller
 * handles its errors.
 * @param signal aborts the opening, and has no effect later
 * @throws {ConnectionError}
 */
export async function openSocket(connectionString: string, signal: AbortSignal): Promise<net.Socket> {
  const demand = tlsDemandIn(connectionString);
  // After 10 s of silence come ten probes, one a second: a vanished server is noticed.
  let socket = net.connect({
    ...addressIn(connectionString),
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 10_000,
  });
  const giveUp = () => socket.destroy(signal.reason);
  try {
    signal.throwIfAborted();
    signal.addEventListener("abort", giveUp);
    await once(socket, "connect");
    if (demand === undefined) return socket;

    const answer = await askForTls(socket);
    if (answer === "N" && !demand.required) return socket;
    if (answer === "N") throw new Error("The server does not support TLS, which sslmode requires");
    // Exactly one byte: a man in the middle must not smuggle in more as the server's answer.
    if (answer !== "S") throw new Error("The server does not answer like Postgres");
    socket = tls.connect({ ...demand.options, socket });
    await once(socket, "secureConnect");
    return socket;
  } catch (error) {
    socket.destroy();
    throw new ConnectionError(error as Error);
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

/**
 * For clients that do not know `prefer`, such as pg and lib/pq: one extra connection asks the server.
 * @returns false for no TLS
 * @throws {ConnectionError}
 */
export async function agreedTls(
  connectionString: string,
  signal: AbortSignal,
): Promise<tls.ConnectionOptions | false> {
  const demand = tlsDemandIn(connectionString);
  if (demand === undefined) return false;
  if (demand.required) return demand.options;
  const socket = await openSocket(connectionString, signal);
  socket.destroy();
  return socket instanceof tls.TLSSocket && demand.options;
}

/** @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL */
function askForTls(socket: net.Socket): Promise<string> {
  const request = Buffer.alloc(8);
  request.writeInt32BE(8, 0);
  request.writeInt32BE(80877103, 4);
  socket.write(request);
  return new Promise((resolve, reject) => {
    socket.once("data", (answer) => resolve(answer.toString("latin1")));
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("The server closed the connection")));
  });
}
