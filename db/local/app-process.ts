import { spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import type { Variables } from "#app/platform/environment.server.ts";
import { Refusal } from "#db/refusal.ts";

export interface AppProcess extends AsyncDisposable {
  /** Settles when the process has ended, with its exit code or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
}

/** More than the app itself gives its open requests when it is asked to stop. */
const graceMs = 15_000;

/** The production build, as arguments of `node`. */
export const productionServer = ["db/local/serve.js"];

/** Remix's development server, as arguments of `node`. */
export function developmentServer(port: number): string[] {
  const remix = "node_modules/@remix-run/dev/dist/cli.js";
  return [
    ...["--import", "./db/local/die-with-parent.js", remix, "vite:dev", "-c", "remix.config.js"],
    ...["--port", String(port), "--strictPort", "--host", "127.0.0.1"],
    // At "info" Vite prints http://127.0.0.1 as the way in, from where the app takes no forms.
    ...["--logLevel", "warn"],
  ];
}

/**
 * Starts the app as a child of this process.
 * @param args of `node`; they have to load die-with-parent.js
 * @param hurry when it aborts, a stop waits no longer
 */
export function startApp(args: string[], cwd: string, variables: Variables, hurry: AbortSignal): AppProcess {
  const posix = process.platform !== "win32";
  const child = spawn(process.execPath, args, {
    cwd,
    env: { ...variables } as NodeJS.ProcessEnv,
    // The channel closes when this process dies, and takes the child along.
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    // Ctrl-C goes to every process of the terminal's group. The app hears of it from us, once.
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

/** How long a first request may take: in development the whole app is compiled for it. */
const firstAnswerMs = 120_000;

/**
 * Waits until the app answers 200 to `GET /livez`.
 * @throws {Refusal} when it ends before, or does not within two minutes
 * @throws the signal's reason
 */
export async function untilLive(app: AppProcess, port: number, signal: AbortSignal): Promise<void> {
  let end: number | NodeJS.Signals | undefined;
  app.ended.then((how) => {
    end = how;
  });
  for (const deadline = Date.now() + firstAnswerMs; Date.now() < deadline; ) {
    if (await isLive(port, signal)) return;
    if (end !== undefined) throw new Refusal(`The app ended (${end}) before it answered; see above.`);
    await delay(50, undefined, { signal });
  }
  throw new Refusal(`The app did not answer on port ${port} within ${firstAnswerMs / 1000} s.`);
}

/** Waits until `stop` aborts. @throws {Refusal} when the app ends before */
export async function untilEnded(app: AppProcess, stop: AbortSignal): Promise<void> {
  const stopped = new Promise<"stopped">((resolve) => {
    if (stop.aborted) resolve("stopped");
    stop.addEventListener("abort", () => resolve("stopped"), { once: true });
  });
  const end = await Promise.race([stopped, app.ended]);
  if (end !== "stopped") throw new Refusal(`The app ended by itself (${end}); see above.`);
}

async function isLive(port: number, signal: AbortSignal): Promise<boolean> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(firstAnswerMs)]);
    // A connection that is kept open would keep the app from ending.
    const headers = { connection: "close" };
    const response = await fetch(`http://127.0.0.1:${port}/livez`, { headers, signal: limit });
    await response.text();
    return response.status === 200;
  } catch {
    return false;
  }
}
