import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";

// `npm test`: every check there is, one after the other, to the end even when one fails.

interface Counts {
  passed: number;
  failed: number;
}

const reports = {
  structure: "tests/results/structure.json",
  sql: "tests/results/sql.json",
  vitest: "tests/results/vitest.json",
  faults: "tests/results/faults.json",
  http: "tests/results/http.json",
  playwright: "tests/results/playwright.json",
};
for (const report of Object.values(reports)) rmSync(report, { force: true });

const totals: Counts = { passed: 0, failed: 0 };

check("Types", ["tsc", "--noEmit"]);
check("Lint and format", ["biome", "check", "--error-on-warnings", "."]);
checkWithVitest("Folders and imports", "tests/structure/vitest.config.js", reports.structure);
checkWithVitest("SQL against the schema", "tests/sql/vitest.config.js", reports.sql);
checkWithVitest("Loaders and database", "remix.config.js", reports.vitest);
check("Build", ["remix", "vite:build", "-c", "remix.config.js"]);
checkWithVitest("Faults", "tests/faults/vitest.config.js", reports.faults);
check("Soak, one minute", ["tsx", "tests/faults/soak.ts", "1"]);
checkWithVitest("Over HTTP", "tests/http/vitest.config.js", reports.http);
check("Browser", ["playwright", "test", "-c", "tests/browser"], playwrightCounts);

console.log(`\n${totals.passed} passed, ${totals.failed} failed`);
process.exit(totals.failed > 0 ? 1 : 0);

/** Runs a program of node_modules; without counts of its own it is one check. */
function check(title: string, [program = "", ...args]: string[], counts?: () => Counts | undefined): void {
  console.log(`\n── ${title}`);
  const startedAt = Date.now();
  const { status } = spawnSync("npx", ["--no-install", program, ...args], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const { passed, failed } = counts?.() ?? { passed: status === 0 ? 1 : 0, failed: 0 };
  totals.passed += passed;
  // A program that fails although none of its tests did has failed all the same.
  totals.failed += status === 0 ? failed : Math.max(failed, 1);
  console.log(
    `── ${title}: ${status === 0 ? "passed" : "FAILED"} in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`,
  );
}

function checkWithVitest(title: string, config: string, report: string): void {
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile=${report}`];
  check(title, ["vitest", "run", "-c", config, ...reporters], () => {
    if (!existsSync(report)) return undefined;
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, "utf8"));
    return { passed: numPassedTests, failed: numFailedTests };
  });
}

function playwrightCounts(): Counts | undefined {
  if (!existsSync(reports.playwright)) return undefined;
  const report = JSON.parse(readFileSync(reports.playwright, "utf8"));
  printSkips(report);
  return { passed: report.stats.expected, failed: report.stats.unexpected };
}

interface Suite {
  suites?: Suite[];
  specs?: {
    title: string;
    tests: { projectName: string; annotations: { type: string; description?: string }[] }[];
  }[];
}

/** Why a test was left out. */
function printSkips({ suites = [], specs = [] }: Suite): void {
  for (const { title, tests } of specs) {
    for (const { projectName, annotations } of tests) {
      const skip = annotations.find(({ type }) => type === "skip");
      if (skip) console.log(`Skipped ${projectName}: ${title} (${skip.description ?? "no reason given"})`);
    }
  }
  suites.forEach(printSkips);
}
