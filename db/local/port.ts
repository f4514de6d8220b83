import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Refusal } from "#db/refusal.ts";

/** How long the app of a killed supervisor may take to notice and exit. */
const leavingMs = 2_000;

/** @throws {Refusal} when the app's port is taken */
export async function requireFreePort(port: number, stop: AbortSignal): Promise<void> {
  const deadline = Date.now() + leavingMs;
  while (await isPortTaken(port)) {
    if (Date.now() > deadline) throw new Refusal(`Port ${port} is taken. Set PORT to another one.`);
    await delay(100, undefined, { signal: stop });
  }
}

/**
 * Whether another process would receive requests for `localhost:<port>`. Both loopback addresses count, as browsers
 * try ::1 first. Connecting and listening are both tried: next to a server on all interfaces, macOS lets us listen.
 */
async function isPortTaken(port: number): Promise<boolean> {
  for (const address of ["127.0.0.1", "::1"]) {
    if ((await answers(port, address)) || (await isRefused(port, address))) return true;
  }
  return false;
}

async function answers(port: number, address: string): Promise<boolean> {
  const socket = connect(port, address);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** False on a machine without IPv6. @throws {Refusal} when this user may not listen there, such as below 1024 */
async function isRefused(port: number, address: string): Promise<boolean> {
  const server = createServer().listen(port, address);
  try {
    await once(server, "listening");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT") return false;
    if (code === "EADDRINUSE") return true;
    throw new Refusal(`Port ${port} cannot be opened: ${(error as Error).message}`);
  }
  server.close();
  await once(server, "close");
  return false;
}
