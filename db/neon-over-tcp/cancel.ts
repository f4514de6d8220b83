import type { PoolClient } from "pg";
import { openSocket } from "./socket.ts";

/**
 * The server does not answer.
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
export async function cancel(
  connectionString: string,
  client: PoolClient,
  signal: AbortSignal,
): Promise<void> {
  // Not in @types/pg; the server sent both when the connection started.
  const { processID, secretKey } = client as PoolClient & { processID: number; secretKey: number };
  const request = Buffer.alloc(16);
  for (const [index, value] of [request.length, 80877102, processID, secretKey].entries()) {
    request.writeInt32BE(value, index * 4);
  }
  const socket = await openSocket(connectionString, signal);
  socket.on("error", () => {});
  socket.write(request);
  socket.destroySoon();
}
