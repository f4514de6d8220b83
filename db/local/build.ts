import { spawn } from "node:child_process";
import { once } from "node:events";
import { realpathSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Variables } from "#app/platform/environment.server.ts";
import { isBuildStale } from "#db/build-age.js";
import { Refusal } from "#db/refusal.ts";
import { acquireLock } from "./directory/lock.ts";

/** Two instances that start together build once. @throws {Refusal} when the build fails */
export async function buildWhenStale(root: string, variables: Variables, signal: AbortSignal): Promise<void> {
  const release = await lockBuild(root, signal);
  try {
    if (!isBuildStale(root)) return;
    console.error("The build is missing or older than the sources: npm run build");
    await build(root, variables, signal);
  } finally {
    await release();
  }
}

async function lockBuild(root: string, signal: AbortSignal) {
  for (;;) {
    const release = await acquireLock(join(realpathSync(root), "build"));
    if (release) return release;
    await delay(200, undefined, { signal });
  }
}

async function build(cwd: string, variables: Variables, signal: AbortSignal): Promise<void> {
  const windows = process.platform === "win32";
  const child = spawn("npm", ["run", "build"], {
    cwd,
    env: { ...variables, NODE_ENV: "production" } as NodeJS.ProcessEnv,
    // Scripts may read standard output.
    stdio: ["ignore", 2, 2],
    shell: windows,
    detached: !windows,
  });
  const stop = () => child.kill();
  signal.addEventListener("abort", stop);
  const [code] = await once(child, "close");
  signal.removeEventListener("abort", stop);
  signal.throwIfAborted();
  if (code !== 0) throw new Refusal("The build failed. See above.");
}
