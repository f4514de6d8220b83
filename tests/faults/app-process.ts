import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { inheritedVariables } from "#app/platform/environment.server.ts";
import { freePort } from "#db/local/postgres/free-port.ts";
import { origin } from "./site.ts";

/** A process of the production build, started as `npm start` does. */
export interface AppProcess extends AsyncDisposable {
  port: number;
  url: string;
  process: ChildProcess;
  exited: Promise<[code: number | null, signal: NodeJS.Signals | null]>;
  /** What it has written so far. */
  log(): string;
  get(path: string, cookie?: string): Promise<Answer>;
  post(path: string, fields: Record<string, string>, cookie?: string): Promise<Answer>;
  /** Bytes in use after garbage collection. */
  usedHeap(): Promise<number>;
  /** Peak memory in bytes since the start, or since the last call of `forgetPeak`. */
  peakMemory(): number;
}

/** An answer, read to its end. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  tookMs: number;
}

/** Starts the app with these variables, and waits until it answers. */
export async function startApp(
  variables: Record<string, string>,
  command: string[] = ["--expose-gc", "--import", "./tests/faults/heap-probe.js", "app/start.js"],
): Promise<AppProcess> {
  const port = await freePort();
  const { npm_lifecycle_event: _, ...inherited } = inheritedVariables();
  const child = spawn(process.execPath, command, {
    env: {
      ...inherited,
      NODE_ENV: "production",
      PORT: String(port),
      HOST: "127.0.0.1",
      ...variables,
    } as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const exited = once(child, "exit") as AppProcess["exited"];
  const written: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk) => {
      written.push(String(chunk));
      // The newest will do.
      if (written.length > 1_000) written.splice(0, 500);
    });
  }
  const url = `http://127.0.0.1:${port}`;

  async function ask(path: string, init: RequestInit): Promise<Answer> {
    const startedAt = performance.now();
    const response = await fetch(url + path, {
      redirect: "manual",
      signal: AbortSignal.timeout(120_000),
      ...init,
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      tookMs: performance.now() - startedAt,
    };
  }

  const app: AppProcess = {
    port,
    url,
    process: child,
    exited,
    log: () => written.join(""),
    get: (path, cookie = "") => ask(path, { headers: { Cookie: cookie, "X-Forwarded-For": address() } }),
    post: (path, fields, cookie = "") =>
      ask(path, {
        method: "POST",
        headers: { Cookie: cookie, Origin: origin, "X-Forwarded-For": address() },
        body: new URLSearchParams(fields),
      }),
    async usedHeap() {
      const answer = once(child, "message");
      child.send("how much");
      const [{ heapUsed }] = await answer;
      return heapUsed;
    },
    peakMemory: () =>
      Number(/^VmHWM:\s*(\d+) kB/m.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]) * 1024,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await exited;
    },
  };
  for (;;) {
    if (child.exitCode !== null) throw new Error(`The app ended: ${app.log()}`);
    const live = await app.get("/livez").catch(() => undefined);
    if (live?.status === 200) return app;
    await delay(50);
  }
}

let addresses = 0;

/** In the network for documentation, so that every request seems to come from another client. */
function address(): string {
  addresses += 1;
  return `2001:db8:${(addresses >> 16).toString(16)}:${(addresses & 0xffff).toString(16)}::1`;
}
