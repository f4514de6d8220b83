import { expect, test } from "vitest";
import { lintStatements } from "./lint.ts";

test("every statement of the app agrees with the migrated schema", async () => {
  expect(await complaintsAbout("app/**/*.{ts,tsx}")).toEqual([]);
});

test("a good statement passes", async () => {
  expect(await complaintsAbout("tests/sql/samples/good.ts")).toEqual([]);
});

test("a misspelt column fails", async () => {
  expect(await complaintsAbout("tests/sql/samples/misspelt-column.ts")).toEqual([
    expect.stringContaining("Invalid Query: column t.is_compleet does not exist"),
  ]);
});

test("a parameter of another type than its column fails", async () => {
  expect(await complaintsAbout("tests/sql/samples/parameter-unlike-its-column.ts")).toEqual([
    expect.stringContaining("Invalid Query: operator does not exist: bigint = text"),
  ]);
});

test("a parameter of another type than its cast fails", async () => {
  expect(await complaintsAbout("tests/sql/samples/parameter-unlike-its-cast.ts")).toEqual([
    expect.stringContaining("The parameter done is string, but is cast to boolean"),
  ]);
});

test("a nullable column that the row's schema takes as not null fails", async () => {
  expect(await complaintsAbout("tests/sql/samples/nullable-as-not-null.ts")).toEqual([
    expect.stringContaining('The column "email" is string | null, but the row\'s schema says string'),
  ]);
});

test("a column of another type than the row's schema says fails", async () => {
  expect(await complaintsAbout("tests/sql/samples/wrong-column-type.ts")).toEqual([
    expect.stringContaining('The column "id" is string, but the row\'s schema says number'),
  ]);
});

test("a row's schema with other columns than the statement selects fails", async () => {
  expect(await complaintsAbout("tests/sql/samples/other-columns.ts")).toEqual([
    expect.stringMatching(
      /"task" is selected, but is not.*\n.*"owner_id" is in the row's schema, but is not/,
    ),
  ]);
});

test("a fragment is checked in each statement that has it, where its argument has to be called like its parameter", async () => {
  expect(await complaintsAbout("tests/sql/samples/fragment.ts")).toEqual([
    expect.stringContaining("column t.owner_idd does not exist"),
    expect.stringContaining("The parameter user.id is any, but is cast to text"),
  ]);
});

test("SQL that is put together fails, because SafeQL would not see it whole", async () => {
  expect(await complaintsAbout("tests/sql/samples/put-together.ts")).toEqual([
    expect.stringContaining("SQL outside of statement(row, sql`…`) is not checked"),
    expect.stringContaining("A statement without sql`…` is not checked"),
  ]);
});

function complaintsAbout(files: string): Promise<string[]> {
  return lintStatements(process.env.DATABASE_URL ?? "", [files]);
}
