import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lintStatements } from "./lint.ts";

test("every statement of the app agrees with the migrated schema", async () => {
  expect(await complaintsAbout(...filesWithSql())).toEqual([]);
});

test("a good statement passes", async () => {
  expect(await complaintsAbout("tests/sql/samples/good.ts")).toEqual([]);
});

test("a misspelled column fails", async () => {
  expect(await complaintsAbout("tests/sql/samples/misspelt-column.ts")).toEqual([
    expect.stringContaining("Invalid Query: column t.is_compleet does not exist"),
  ]);
});

test("a parameter with a type other than its column's fails", async () => {
  expect(await complaintsAbout("tests/sql/samples/parameter-unlike-its-column.ts")).toEqual([
    expect.stringContaining("Invalid Query: operator does not exist: bigint = text"),
  ]);
});

test("a parameter with a type other than its cast's fails", async () => {
  expect(await complaintsAbout("tests/sql/samples/parameter-unlike-its-cast.ts")).toEqual([
    expect.stringContaining("The parameter done is string, but is cast to boolean"),
  ]);
});

test("a nullable column that the row's schema declares not null fails", async () => {
  expect(await complaintsAbout("tests/sql/samples/nullable-as-not-null.ts")).toEqual([
    expect.stringContaining('The column "email" is string | null, but the row\'s schema says string'),
  ]);
});

test("a column with a type other than the schema's fails", async () => {
  expect(await complaintsAbout("tests/sql/samples/wrong-column-type.ts")).toEqual([
    expect.stringContaining('The column "id" is string, but the row\'s schema says number'),
  ]);
});

test("a row's schema with columns other than the selected ones fails", async () => {
  expect(await complaintsAbout("tests/sql/samples/other-columns.ts")).toEqual([
    expect.stringMatching(
      /"task" is selected, but is not.*\n.*"owner_id" is in the row's schema, but is not/,
    ),
  ]);
});

test("a fragment is checked in each statement that uses it, where its argument must have its parameter's name", async () => {
  expect(await complaintsAbout("tests/sql/samples/fragment.ts")).toEqual([
    expect.stringContaining("column t.owner_idd does not exist"),
    expect.stringContaining("The parameter user.id is any, but is cast to text"),
  ]);
});

test("SQL built from pieces fails, because SafeQL would not see all of it", async () => {
  expect(await complaintsAbout("tests/sql/samples/put-together.ts")).toEqual([
    expect.stringContaining("SQL outside of statement(row, sql`…`) is not checked"),
    expect.stringContaining("A statement without sql`…` is not checked"),
  ]);
});

function complaintsAbout(...files: string[]): Promise<string[]> {
  return lintStatements(process.env.DATABASE_URL ?? "", files);
}

/** The rules match the names `sql` and `statement`. Each file costs TypeScript a check, and six of seven have neither. */
function filesWithSql(): string[] {
  return readdirSync("app", { recursive: true, encoding: "utf8" })
    .map((name) => join("app", name))
    .filter((path) => /\.tsx?$/.test(path) && /\b(sql|statement)\b/.test(readFileSync(path, "utf8")));
}
