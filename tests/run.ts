// `npm test`, and with the argument `full` `npm run test:full`: every check, to the end even when one fails.
import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";
import { exemptLoopbackFromProxies } from "#app/platform/environment.server.ts";
import { type Counts, countsOf } from "./reports.ts";

interface Stage {
  title: string;
  command: string[];
}

interface Result extends Counts {
  title: string;
  seconds: number;
}

const directory = "tests/results";
const isFull = process.argv[2] === "full";

const everyChange: Stage[] = [
  vitest("Loaders and database", "remix.config.js", "--project=loaders", "--project=db", "--project=driver"),
  { title: "Types", command: ["tsc", "--noEmit"] },
  { title: "Lint and format", command: ["biome", "check", "--error-on-warnings", "."] },
  vitest("Folders and imports", "tests/structure/vitest.config.js"),
  vitest("SQL against the schema", "tests/sql/vitest.config.js"),
  vitest("Permissions over HTTP", "tests/http/vitest.config.js", "permissions"),
  isFull ? playwright("All flows in a browser") : playwright("Main flows in a browser", "--grep", "@main"),
];
/** Those that use one core come early, so that both are busy to the end. */
const everythingElse: Stage[] = [
  vitest("Faults", "tests/faults/vitest.config.js"),
  vitest("Hostile input over HTTP", "tests/http/vitest.config.js", "--exclude", "**/permissions.test.ts"),
  { title: "Soak, one minute", command: ["tsx", "tests/faults/soak.ts", "1"] },
  vitest("Commands and processes", "remix.config.js", "--project", "processes"),
  { title: "Loaders and proxies on Node 22", command: ["tsx", "tests/other-node.ts"] },
  vitest("Loaders by Neon's route", "remix.config.js", "--project", "loaders on Neon"),
];

const stages = isFull ? [...everyChange, ...everythingElse] : everyChange;
const titles = stages.map(({ title }) => title);
console.log(`${titles.join(", ")}. This takes about ${isFull ? 15 : 5} minutes on two quiet cores.`);
rmSync(directory, { recursive: true, force: true });
mkdirSync(directory, { recursive: true });

exemptLoopbackFromProxies();
const startedAt = Date.now();
const stopped = new AbortController();
const running = new Set<number>();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    stopped.abort();
    for (const pid of running) process.kill(-pid, signal);
  });
}
const results: Result[] = [];
// Two at a time: there are two cores.
await Promise.all([runStages(), runStages()]);
printSummary();

async function runStages(): Promise<void> {
  while (!stopped.signal.aborted) {
    const stage = stages.shift();
    if (!stage) return;
    results.push(await run(stage));
  }
}

function vitest(title: string, config: string, ...args: string[]): Stage {
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportOf(title)}`];
  return { title, command: ["vitest", "run", "-c", config, ...args, ...reporters] };
}

function playwright(title: string, ...args: string[]): Stage {
  return { title, command: ["playwright", "test", "-c", "tests/browser", ...args] };
}

function fileOf(title: string, extension: string): string {
  return `${directory}/${title.toLowerCase().replaceAll(/\W+/g, "-")}.${extension}`;
}

function reportOf(title: string): string {
  return fileOf(title, "json");
}

/** Shows how far it is; its whole output goes to a file, and to the console if it fails. */
async function run({ title, command }: Stage): Promise<Result> {
  const startedAt = Date.now();
  const child = spawn("npx", ["--no-install", ...command], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, TEST_REPORT: resolve(reportOf(title)) },
    // A group of its own, which a signal ends as a whole.
    detached: true,
  });
  if (child.pid) running.add(child.pid);
  const output: string[] = [];
  const log = createWriteStream(fileOf(title, "log"));
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on("line", (line) => {
      const shown = process.stdout.isTTY ? line : stripVTControlCharacters(line);
      log.write(`${shown}\n`);
      if (isProgress(line)) console.log(`${title} │${shown}`);
      else output.push(shown);
    });
  }
  const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
  log.end();
  if (child.pid) running.delete(child.pid);

  const isPassed = status === 0;
  const counts = countsOf(reportOf(title)) ?? { passed: isPassed ? 1 : 0, failed: 0, failures: [] };
  // A program may fail although none of its tests did.
  const failed = isPassed ? counts.failed : Math.max(counts.failed, 1);
  const seconds = (Date.now() - startedAt) / 1000;
  if (!isPassed) console.log(output.join("\n"));
  console.log(`── ${title}: ${isPassed ? "passed" : "FAILED"} in ${seconds.toFixed(1)} s`);
  return { title, seconds, ...counts, failed };
}

/** A test or a file of tests that is done or skipped. A failure's difference begins with `-`, its places with `❯`. */
function isProgress(line: string): boolean {
  return /^\s*[✓✘×↓] /.test(stripVTControlCharacters(line));
}

function printSummary(): void {
  const failures = results.flatMap((result) => result.failures);
  for (const { title, seen, alone } of failures)
    console.log(`\n✘ ${title}\n${stripVTControlCharacters(seen)}\n  Alone: ${alone}`);

  const width = Math.max(...titles.map(({ length }) => length));
  console.log(`\n${"".padEnd(width)}   passed   failed        s`);
  for (const { title, passed, failed, seconds } of [...results, total()]) {
    const cells = [passed, failed, seconds.toFixed(1)].map((cell) => String(cell).padStart(9));
    console.log(`${title.padEnd(width)}${cells.join("")}`);
  }
  const { passed, failed } = total();
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 || stopped.signal.aborted ? 1 : 0;
}

function total(): Result {
  const sum = (key: "passed" | "failed") => results.reduce((total, result) => total + result[key], 0);
  const seconds = (Date.now() - startedAt) / 1000;
  return { title: "All", passed: sum("passed"), failed: sum("failed"), failures: [], seconds };
}
