import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { LocalInstance } from "#db/local/directory/instance.ts";

/** A local instance in processes of its own, as a person starts it. */
export interface BenchmarkInstance extends AsyncDisposable {
  instance: LocalInstance;
  sessionSecret: string;
}

const giveUpAfterMs = 120_000;

/**
 * Starts `npm run dev` or `npm run local` and waits until it says that it answers.
 * @param variables what it gets over this process's environment
 */
export async function startInstance(
  script: "dev" | "local",
  directory: string,
  port: number,
  variables: Record<string, string> = {},
): Promise<BenchmarkInstance> {
  const app = spawn("npm", ["run", "--silent", script], {
    env: { ...process.env, ...variables, PORT: String(port), LOCAL_DIR: directory },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const instance = await untilWritten<LocalInstance>(`${directory}/local.json`, app);
  const { sessionSecret } = await untilWritten<{ sessionSecret: string }>(`${directory}/settings.json`, app);
  return {
    instance,
    sessionSecret,
    async [Symbol.asyncDispose]() {
      const ended = once(app, "exit");
      process.kill(instance.pid, "SIGTERM");
      await ended;
    },
  };
}

async function untilWritten<Content>(path: string, writer: ChildProcess): Promise<Content> {
  for (const deadline = Date.now() + giveUpAfterMs; Date.now() < deadline; await delay(20)) {
    try {
      return JSON.parse(readFileSync(path, "utf8"));
    } catch {
      if (writer.exitCode !== null) break;
    }
  }
  throw new Error(`${path} was not written`);
}
