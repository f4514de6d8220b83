import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Refusal } from "#db/refusal.ts";
import type { PostgresHome } from "./home.ts";
import { runProgram } from "./run-program.ts";

export interface Postmaster {
  pid: number;
  port: number;
}

/** Recovery after a crash, or a slow stop. */
const patienceMs = 60_000;

/** Waits for a server that is starting or stopping, and ignores a pid file that a killed server left. */
export async function postmasterOf(home: PostgresHome): Promise<Postmaster | undefined> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await delay(50)) {
    const file = readPidFile(home);
    if (!file) return undefined;
    if (!isAlive(file.pid)) return undefined;
    if (!(await isServerOf(home, file.pid))) {
      // Another process has this pid now. Postgres would take it for a running server and refuse to start.
      rmSync(pidFilePath(home), { force: true });
      return undefined;
    }
    if (file.status === "ready") return { pid: file.pid, port: file.port };
  }
  throw new Refusal(`Postgres neither starts nor stops. See its log: ${home.log}`);
}

function pidFilePath(home: PostgresHome): string {
  return join(home.data, "postmaster.pid");
}

/** The lines of postmaster.pid: https://www.postgresql.org/docs/18/storage-file-layout.html and miscadmin.h. */
function readPidFile(home: PostgresHome): (Postmaster & { status: string | undefined }) | undefined {
  let lines: string[];
  try {
    lines = readFileSync(pidFilePath(home), "utf8").split("\n");
  } catch {
    return undefined;
  }
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3]), status: lines[7]?.trim() };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function isServerOf(home: PostgresHome, pid: number): Promise<boolean> {
  if (process.platform !== "linux") {
    const { code } = await runProgram(home, "pg_ctl", ["status", "-D", home.data]);
    return code === 0;
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(home.data);
  } catch {
    return false;
  }
}
