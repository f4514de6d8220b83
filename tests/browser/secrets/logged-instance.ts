import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { expect } from "@playwright/test";
import sql, { raw } from "sql-template-tag";
import { connectClient } from "#app/db/database.server.ts";
import type { LocalInstance } from "#db/local/directory/instance.ts";

/** A local instance of its own, from nothing to nothing, whose log is kept. */
export interface LoggedInstance extends LocalInstance, AsyncDisposable {
  directory: string;
  sessionSecret: string;
  /** All that it has written by now, but for the two lines in which it tells its keys to whoever has started it. */
  log: () => string;
  /** Runs a statement in the app's database, or in that of the stand-in for Stack. */
  run: (database: "todos" | "stack", text: string) => Promise<void>;
}

/** Runs `npm run local`, until it is disposed of. @param name part of its directory's, which is emptied before */
export async function startLoggedInstance(name: string, port: number): Promise<LoggedInstance> {
  const directory = `.local-browser-tests-${name}`;
  rmSync(directory, { recursive: true, force: true });
  const command = spawn("npm", ["run", "--silent", "local"], {
    env: { ...process.env, PORT: String(port), LOCAL_DIR: directory },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(command, "exit");
  const streams = [command.stdout, command.stderr].map((stream) => {
    const chunks: Buffer[] = [];
    stream.on("data", (chunk) => chunks.push(chunk));
    return chunks;
  });
  const written = () => streams.map((chunks) => Buffer.concat(chunks).toString()).join("\n");
  const isReady = () => command.exitCode !== null || existsSync(`${directory}/local.json`);
  await expect.poll(isReady, { timeout: 60_000 }).toBe(true);
  if (command.exitCode !== null) throw new Error(`The instance has ended: ${written()}`);
  const instance: LocalInstance = JSON.parse(readFileSync(`${directory}/local.json`, "utf8"));
  const { sessionSecret } = JSON.parse(readFileSync(`${directory}/settings.json`, "utf8"));
  const { databaseUrl, stackSecretServerKey } = instance;
  return {
    ...instance,
    directory,
    sessionSecret,
    log: () =>
      Object.entries({ databaseUrl, stackSecretServerKey }).reduce(
        (log, [key, value]) => log.replace(`  ${key.padEnd(26)}${value}\n`, ""),
        written(),
      ),
    async run(database, text) {
      const url = new URL(databaseUrl);
      url.pathname = `/${database}`;
      const client = await connectClient(url.href);
      try {
        await client.query(sql`${raw(text)}`);
      } finally {
        await client.end();
      }
    },
    async [Symbol.asyncDispose]() {
      process.kill(instance.pid, "SIGTERM");
      await ended;
      rmSync(directory, { recursive: true });
    },
  };
}
