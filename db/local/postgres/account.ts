import { execFileSync, spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { Refusal } from "#db/refusal.ts";

/** The system user that Postgres runs as when we are root. */
export interface Account {
  uid: number;
  gid: number;
}

/**
 * Postgres refuses to run as root. An existing database keeps its owner; a new one belongs to the user `postgres`, or
 * else to `nobody`.
 * @param dataDirectory need not exist yet
 * @returns undefined unless we are root: Postgres then runs as our user
 * @throws {Refusal} when there is neither user
 */
export function postgresAccount(dataDirectory: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const owner = statSync(dataDirectory, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const account = accountNamed("postgres") ?? accountNamed("nobody");
  if (!account) {
    throw new Refusal(
      "Postgres does not run as root, and there is no user postgres or nobody. Run this as another user.",
    );
  }
  return account;
}

/** Whether it may enter a directory or run a program. */
export function canUse(path: string, account: Account | undefined): boolean {
  if (!account) return true;
  const script = 'test -r "$1" && test -x "$1"';
  return spawnSync("/bin/sh", ["-c", script, "sh", path], { ...account, cwd: "/" }).status === 0;
}

function accountNamed(name: string): Account | undefined {
  try {
    return { uid: idOf("-u", name), gid: idOf("-g", name) };
  } catch {
    return undefined;
  }
}

function idOf(flag: "-u" | "-g", name: string): number {
  return Number(execFileSync("id", [flag, name], { stdio: ["ignore", "pipe", "ignore"], encoding: "utf8" }));
}
