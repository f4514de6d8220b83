import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import safeql from "@ts-safeql/eslint-plugin/config";
import parser from "@typescript-eslint/parser";
import { TSESLint } from "@typescript-eslint/utils";
import statementPlugin from "./statement-plugin.js";

/** Forbids SQL that SafeQL does not see, because it is elsewhere or built from pieces. */
const wholeStatementsOnly = [
  {
    selector:
      ":not(CallExpression[callee.name='statement'], VariableDeclarator, VariableDeclarator > ArrowFunctionExpression)" +
      " > TaggedTemplateExpression[tag.name='sql']",
    message:
      "SQL outside of statement(row, sql`…`) is not checked: write the statement whole, or name a fragment",
  },
  {
    selector: "CallExpression[callee.name='statement']:not([arguments.1.tag.name='sql'])",
    message: "A statement without sql`…` is not checked: write the SQL into the call",
  },
];

/**
 * A fragment that statements share: `const listed = sql`…``, or with a parameter `const matches = (filter: Filter) =>
 * sql`…``.
 */
const fragment = /const (\w+) =\s*(?:\([^)]*\) =>\s*)?sql`([^`]*)`/g;

/**
 * Shows SafeQL whole statements: inserts each fragment where a statement uses it, as `${listed}` or
 * `${matches(filter)}`. The argument needs the name of the fragment's parameter.
 */
function fragmentsWrittenOut() {
  const sources = readdirSync("app", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".server.ts"))
    .map((name) => readFileSync(join("app", name), "utf8"));
  return {
    preprocess(text: string) {
      const fragments = new Map(
        [...sources, text]
          .flatMap((source) => [...source.matchAll(fragment)])
          // Lines keep their numbers.
          .map(([, name, sql = ""]) => [name, sql.replaceAll(/\s+/g, " ")]),
      );
      const writtenOut = (text: string) =>
        text.replaceAll(/\$\{(\w+)(?:\(\w+\))?\}/g, (all, name) => fragments.get(name) ?? all);
      // Twice: a fragment may use another one.
      return [writtenOut(writtenOut(text))];
    },
    postprocess: (messages: TSESLint.Linter.LintMessage[][]) => messages.flat(),
  };
}

/**
 * Checks every SQL statement of some files against a database: its tables and columns, its parameters, and the
 * rows that it promises.
 * @param files paths or globs of TypeScript files
 * @returns the complaints, as `app/routes/todos/list/team.server.ts:18 Invalid Query: column "emial" does not exist`
 */
export async function lintStatements(databaseUrl: string, files: string[]): Promise<string[]> {
  const eslint = new TSESLint.ESLint({
    overrideConfigFile: true,
    // A comment cannot switch the check off.
    allowInlineConfig: false,
    overrideConfig: [
      {
        files: ["**/*.{ts,tsx}"],
        plugins: { statements: { processors: { fragments: fragmentsWrittenOut() } } },
        processor: "statements/fragments",
        languageOptions: { parser, parserOptions: { projectService: true } },
        rules: { "no-restricted-syntax": ["error", ...wholeStatementsOnly] },
      },
      safeql.configs.connections({
        databaseUrl,
        // An open connection would keep the tests' database from being dropped.
        keepAlive: false,
        plugins: [statementPlugin()],
        // As Neon's driver returns it.
        overrides: { types: { int8: "string" } },
      }),
    ],
  });
  const results = await eslint.lintFiles(files);
  return results.flatMap(({ filePath, messages }) =>
    messages.map(({ line, message }) => `${relative(".", filePath)}:${line} ${message}`),
  );
}
