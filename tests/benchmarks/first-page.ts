import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

// What a newcomer waits for: from `npm run dev`, its dependencies installed, to the first page.

const directory = ".local-benchmark";
const port = 3789;
const giveUpAfterMs = 120_000;

rmSync(directory, { recursive: true, force: true });
const cold = await firstPage();
const warm = [await firstPage(), await firstPage(), await firstPage()].sort((a, b) => a - b)[1] ?? 0;
rmSync(directory, { recursive: true, force: true });

console.log(`npm run dev to the first page, with nothing there (baseline): ${seconds(cold)}`);
console.log(
  `npm run dev to the first page, later, median of 3: ${seconds(warm)} (${(warm / cold).toFixed(2)} of it)`,
);

/** Starts the app, asks for `/` until it is there, and stops it again. @returns milliseconds */
async function firstPage(): Promise<number> {
  const startedAt = performance.now();
  const app = spawn("npm", ["run", "dev"], {
    env: { ...process.env, PORT: String(port), LOCAL_DIR: directory },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = once(app, "exit");
  for (;;) {
    const answer = await fetch(`http://localhost:${port}/`).catch(() => undefined);
    const page = await answer?.text();
    if (answer?.ok && page?.includes("</html>")) break;
    if (performance.now() - startedAt > giveUpAfterMs) throw new Error("the first page did not come");
    await delay(20);
  }
  const duration = performance.now() - startedAt;
  const { pid } = JSON.parse(await untilWritten(`${directory}/local.json`));
  process.kill(pid, "SIGTERM");
  await ended;
  return duration;
}

/** The page may be there a moment before the file that tells of it. */
async function untilWritten(path: string): Promise<string> {
  for (;;) {
    try {
      return readFileSync(path, "utf8");
    } catch {
      await delay(20);
    }
  }
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
