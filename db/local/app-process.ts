import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { Variables } from "#app/platform/environment.server.ts";
import { Refusal } from "#db/refusal.ts";

export interface AppProcess extends AsyncDisposable {
  /** The exit code, or the signal that ended the process. */
  ended: Promise<number | NodeJS.Signals>;
}

/** Longer than the app's own limit for open requests. */
const graceMs = 15_000;

/** Arguments of `node`. */
export const productionServer = ["db/local/serve.js"];

/** Arguments of `node`. */
export function developmentServer(port: number): string[] {
  const remix = "node_modules/@remix-run/dev/dist/cli.js";
  return [
    ...["--import", "./db/local/die-with-parent.js", remix, "vite:dev", "-c", "remix.config.js"],
    ...["--port", String(port), "--strictPort", "--host", "127.0.0.1"],
    // At "info" Vite prints http://127.0.0.1, where the app accepts no forms.
    ...["--logLevel", "warn"],
  ];
}

/**
 * Starts the app as a child of this process.
 * @param args of `node`; they must load die-with-parent.js
 * @param hurry aborts to kill the app instead of waiting
 */
export function startApp(args: string[], cwd: string, variables: Variables, hurry: AbortSignal): AppProcess {
  const posix = process.platform !== "win32";
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...variables } as NodeJS.ProcessEnv,
    // The channel closes when this process dies, and die-with-parent.js then ends the child.
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    // Ctrl-C reaches every process of the terminal's group; the app should hear of it once, from us.
    detached: posix,
  });
  const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(signal ?? code ?? 0));
  });

  return {
    ended,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const kill = () => child.kill("SIGKILL");
      const limit = setTimeout(kill, graceMs);
      hurry.addEventListener("abort", kill);
      if (hurry.aborted) kill();
      else child.kill("SIGTERM");
      await ended;
      hurry.removeEventListener("abort", kill);
      clearTimeout(limit);
    },
  };
}

/** In development the first request compiles the whole app. */
const firstAnswerMs = 120_000;

/**
 * @throws {Refusal} when the app ends first, or takes longer than two minutes
 * @throws the signal's reason
 */
export async function untilLive(app: AppProcess, port: number, signal: AbortSignal): Promise<void> {
  let end: number | NodeJS.Signals | undefined;
  app.ended.then((how) => {
    end = how;
  });
  for (const deadline = Date.now() + firstAnswerMs; Date.now() < deadline; ) {
    if (await isLive(port, signal)) return;
    if (end !== undefined) throw new Refusal(`The app ended (${end}) before it answered. See above.`);
    await delay(50, undefined, { signal });
  }
  throw new Refusal(`The app did not answer on port ${port} within ${firstAnswerMs / 1000} s.`);
}

/** @throws {Refusal} when the app ends before `stop` aborts */
export async function untilEnded(app: AppProcess, stop: AbortSignal): Promise<void> {
  if (stop.aborted) return;
  const end = await Promise.race([app.ended, once(stop, "abort")]);
  if (!stop.aborted) throw new Refusal(`The app ended by itself (${end}). See above.`);
}

async function isLive(port: number, signal: AbortSignal): Promise<boolean> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(firstAnswerMs)]);
    // A connection that stays open would keep the app from stopping.
    const headers = { connection: "close" };
    const response = await fetch(`http://127.0.0.1:${port}/livez`, { headers, signal: limit });
    await response.text();
    return response.status === 200;
  } catch {
    return false;
  }
}
