import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { expect } from "@playwright/test";

/**
 * An instance whose project requires verified emails, with its own data, which is removed in the end.
 * @param name part of its directory's name; the directory is emptied first
 */
export async function startStrictInstance(name: string, port: number) {
  const directory = `.local-browser-tests-${name}`;
  rmSync(directory, { recursive: true, force: true });
  const command = spawn("npm", ["run", "--silent", "local"], {
    env: { ...process.env, PORT: String(port), LOCAL_DIR: directory, LOCAL_REQUIRE_VERIFIED_EMAIL: "true" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = once(command, "exit");
  await expect.poll(() => existsSync(`${directory}/local.json`), { timeout: 60_000 }).toBe(true);
  return {
    directory,
    appUrl: `http://localhost:${port}`,
    async [Symbol.asyncDispose]() {
      process.kill(JSON.parse(readFileSync(`${directory}/local.json`, "utf8")).pid, "SIGTERM");
      await ended;
      rmSync(directory, { recursive: true });
    },
  };
}
