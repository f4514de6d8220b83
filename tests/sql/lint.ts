import { relative } from "node:path";
import safeql from "@ts-safeql/eslint-plugin/config";
import parser from "@typescript-eslint/parser";
import { TSESLint } from "@typescript-eslint/utils";
import statementPlugin from "./statement-plugin.js";

/** SQL that SafeQL does not see, because it stands elsewhere or is put together, is not allowed at all. */
const wholeStatementsOnly = [
  {
    selector: ":not(CallExpression[callee.name='statement']) > TaggedTemplateExpression[tag.name='sql']",
    message: "SQL outside of statement(row, sql`…`) is not checked: write the statement whole",
  },
  {
    selector: "CallExpression[callee.name='statement']:not([arguments.1.tag.name='sql'])",
    message: "A statement without sql`…` is not checked: write the SQL into the call",
  },
];

/**
 * Checks every SQL statement of some files against a database: its tables and columns, its parameters, and the
 * rows that it promises.
 * @param files paths or globs of TypeScript files
 * @returns the complaints, as `app/routes/todos/queries.server.ts:18 Invalid Query: column "emial" does not exist`
 */
export async function lintStatements(databaseUrl: string, files: string[]): Promise<string[]> {
  const eslint = new TSESLint.ESLint({
    overrideConfigFile: true,
    // A comment cannot switch the check off.
    allowInlineConfig: false,
    overrideConfig: [
      {
        files: ["**/*.{ts,tsx}"],
        languageOptions: { parser, parserOptions: { projectService: true } },
        rules: { "no-restricted-syntax": ["error", ...wholeStatementsOnly] },
      },
      safeql.configs.connections({
        databaseUrl,
        // A connection that stays would keep the tests' database from being dropped.
        keepAlive: false,
        plugins: [statementPlugin()],
        // As Neon's driver gives it.
        overrides: { types: { int8: "string" } },
      }),
    ],
  });
  const results = await eslint.lintFiles(files);
  return results.flatMap(({ filePath, messages }) =>
    messages.map(({ line, message }) => `${relative(".", filePath)}:${line} ${message}`),
  );
}
