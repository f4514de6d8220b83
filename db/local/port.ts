import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Refusal } from "#db/refusal.ts";

/** What the app of a killed supervisor gets to notice that, and to go. */
const leavingMs = 2_000;

/** @throws {Refusal} when somebody has the app's port */
export async function requireFreePort(port: number, stop: AbortSignal): Promise<void> {
  const deadline = Date.now() + leavingMs;
  while (await isPortTaken(port)) {
    if (Date.now() > deadline) throw new Refusal(`Port ${port} is taken. Set PORT to another one.`);
    await delay(100, undefined, { signal: stop });
  }
}

/**
 * Whether somebody would get requests for `localhost:<port>` in our place. Both loopback addresses count,
 * for browsers try ::1 first; and both ways of asking do: on Linux one cannot listen beside a server on
 * all interfaces, on macOS one can.
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

/** @throws {Refusal} when nobody may listen there, as below 1024. A machine without IPv6 has nobody on ::1. */
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
