import { existsSync, readFileSync } from "node:fs";

export interface Counts {
  passed: number;
  failed: number;
  failures: Failure[];
}

export interface Failure {
  /** The test's name, a sentence. */
  title: string;
  /** What was expected and seen. */
  seen: string;
  /** The command that runs this test alone. */
  alone: string;
}

/**
 * What a stage's JSON report says.
 * @returns undefined if there is none
 */
export function countsOf(report: string): Counts | undefined {
  if (!existsSync(report)) return undefined;
  const content = JSON.parse(readFileSync(report, "utf8"));
  return "testResults" in content ? vitestCounts(content) : playwrightCounts(content);
}

interface VitestReport {
  numPassedTests: number;
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { status: string; title: string; fullName: string; failureMessages: string[] }[];
  }[];
}

function vitestCounts({ numPassedTests, testResults }: VitestReport): Counts {
  const failures = testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = name.slice(process.cwd().length + 1);
    const [, folder = ""] = file.split("/");
    const config = ["loaders", "db", "processes"].includes(folder)
      ? "remix.config.js"
      : `tests/${folder}/vitest.config.js`;
    const alone = `npx vitest run -c ${config} ${file}`;
    const failed = assertionResults.filter((test) => test.status === "failed");
    // A hook, or what a file leaves open, may fail it although none of its tests did.
    if (failed.length === 0 && status === "failed") return [{ title: file, seen: message, alone }];
    return failed.map(({ title, fullName, failureMessages }) => ({
      title: fullName,
      seen: failureMessages.map(withoutLibraries).join("\n"),
      alone: `${alone} -t ${quoted(title)}`,
    }));
  });
  return { passed: numPassedTests, failed: failures.length, failures };
}

interface PlaywrightReport {
  stats: { expected: number; unexpected: number };
  suites: Suite[];
}

interface Suite {
  suites?: Suite[];
  specs?: {
    title: string;
    file: string;
    line: number;
    tests: {
      projectName: string;
      status: string;
      annotations: { type: string; description?: string }[];
      results: {
        errors: { message?: string }[];
        attachments: { name: string; path?: string }[];
      }[];
    }[];
  }[];
}

function playwrightCounts({ stats, suites }: PlaywrightReport): Counts {
  const failures = suites.flatMap(failuresIn);
  return { passed: stats.expected, failed: stats.unexpected, failures };
}

function failuresIn({ suites = [], specs = [] }: Suite): Failure[] {
  const own = specs.flatMap(({ title, file, line, tests }) =>
    tests
      .filter(({ status }) => status === "unexpected")
      .map(({ projectName, results }) => {
        const result = results.at(-1);
        const pictures = result?.attachments.flatMap(({ path }) => (path ? [`  ${path}`] : [])) ?? [];
        return {
          title: `${title} (${projectName})`,
          seen: [...(result?.errors.map(({ message = "" }) => message) ?? []), ...pictures].join("\n"),
          alone: `npx playwright test -c tests/browser ${file}:${line} --project ${quoted(projectName)}`,
        };
      }),
  );
  return [...own, ...suites.flatMap(failuresIn)];
}

function withoutLibraries(message: string): string {
  return message
    .split("\n")
    .filter((line) => !line.includes("/node_modules/"))
    .join("\n");
}

/** For a shell, and for a pattern. */
function quoted(text: string): string {
  return `'${text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll("'", "'\\''")}'`;
}
