import { createHash } from "node:crypto";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Release = () => Promise<void>;

/**
 * Takes a lock that the operating system releases when this process dies. A lock file would outlive a `kill -9`.
 * @param name what is locked, such as the real path of a directory
 * @returns undefined when another process, or this one, holds it
 */
export async function acquireLock(name: string, platform = process.platform): Promise<Release | undefined> {
  const address = lockAddress(name, platform);
  const server = (await listen(address)) ?? (await replaceStaleSocket(address, platform));
  if (!server) return undefined;
  server.unref();
  return async () => {
    server.close();
    await once(server, "close");
  };
}

/** @returns the id of a process */
export async function lockHolder(name: string, platform = process.platform): Promise<number | undefined> {
  const answer = await ask(lockAddress(name, platform));
  return answer === undefined ? undefined : Number(answer);
}

/**
 * Linux has socket names outside the file system and Windows has pipes; both vanish with their process. Elsewhere a
 * socket file stays behind, and is stale when no process answers.
 */
function lockAddress(name: string, platform: NodeJS.Platform): string {
  const id = `shared-todos-${createHash("sha256").update(name).digest("hex").slice(0, 32)}`;
  if (platform === "linux") return `\0${id}`;
  if (platform === "win32") return `\\\\.\\pipe\\${id}`;
  return join(tmpdir(), `${id}.sock`);
}

async function listen(address: string): Promise<Server | undefined> {
  const server = createServer(tellHolder);
  server.listen(address);
  try {
    await once(server, "listening");
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") return undefined;
    throw error;
  }
}

function tellHolder(socket: Socket): void {
  socket.on("error", () => socket.destroy());
  socket.end(String(process.pid));
}

async function replaceStaleSocket(address: string, platform: NodeJS.Platform): Promise<Server | undefined> {
  if (platform === "linux" || platform === "win32") return undefined;
  if ((await ask(address)) !== undefined) return undefined;
  rmSync(address, { force: true });
  return listen(address);
}

/** @returns undefined when no process listens */
async function ask(address: string): Promise<string | undefined> {
  const socket = connect(address);
  let answer = "";
  socket.setEncoding("utf8").on("data", (chunk) => {
    answer += chunk;
  });
  try {
    await once(socket, "close");
    return answer;
  } catch {
    return undefined;
  }
}
