import { spawn } from "node:child_process";
import { join } from "node:path";
import type { PostgresHome } from "./home.ts";

/** @returns no output for `pg_ctl start` on Windows, where the server would keep the pipe open */
export function runProgram(
  { programs, account, directory }: PostgresHome,
  name: "initdb" | "pg_ctl",
  args: string[],
): Promise<{ code: number | null; output: string }> {
  const posix = process.platform !== "win32";
  const child = spawn(join(programs, name), args, {
    ...account,
    cwd: directory,
    // PGDATA, PGOPTIONS and the like would reach the server. Windows needs its SystemRoot.
    ...(posix && { env: { LC_ALL: "C" } as Partial<NodeJS.ProcessEnv> as NodeJS.ProcessEnv }),
    // Ctrl-C reaches every process of the terminal's group, and these must finish.
    detached: posix,
    stdio: posix || args[0] !== "start" ? ["ignore", "pipe", "pipe"] : "ignore",
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk) => {
      output += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output: output.trim() }));
  });
}
