import { randomBytes, randomUUID } from "node:crypto";
import { chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Refusal } from "#db/refusal.ts";
import type { PostgresHome } from "./home.ts";
import { runProgram } from "./run-program.ts";

/**
 * Creates the database files, once. A process that is killed meanwhile leaves nothing that looks
 * finished, and of two processes that do it at once one wins: each prepares a directory of its own,
 * and a rename puts it in place.
 * @throws {Refusal} with initdb's words
 */
export async function createCluster(home: PostgresHome, durable: boolean): Promise<void> {
  if (existsSync(home.data)) return;
  const unfinished = join(home.directory, `new-${randomUUID()}`);
  const password = `${unfinished}.password`;
  try {
    mkdirSync(unfinished, { mode: 0o700 });
    writeFileSync(password, `${randomBytes(18).toString("hex")}\n`, { mode: 0o600 });
    if (home.account)
      for (const path of [unfinished, password]) chownSync(path, home.account.uid, home.account.gid);
    await initdb(home, unfinished, password, durable);
    renameSync(password, join(unfinished, basename(home.password)));
    renameSync(unfinished, home.data);
  } catch (error) {
    if (!existsSync(home.data)) throw error;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
    rmSync(password, { force: true });
  }
}

/**
 * pg_trgm takes its idea of a letter from lc_ctype: with C it finds no trigrams in Cyrillic or Japanese,
 * nor with the builtin provider's C.UTF-8. The collation C sorts alike on every machine.
 */
const characterTypes: Partial<Record<NodeJS.Platform, string>> = { darwin: "UTF-8", win32: "en-US" };

async function initdb(home: PostgresHome, data: string, password: string, durable: boolean): Promise<void> {
  const { code, output } = await runProgram(home, "initdb", [
    ...["-D", data, "-U", "postgres", `--pwfile=${password}`, "--auth=scram-sha-256"],
    ...["--encoding=UTF8", "--locale=C", `--lc-ctype=${characterTypes[process.platform] ?? "C.UTF-8"}`],
    ...(durable ? [] : ["--no-sync"]),
  ]);
  if (code !== 0) throw new Refusal(`Postgres could not create its files in ${home.directory}:\n${output}`);
}
