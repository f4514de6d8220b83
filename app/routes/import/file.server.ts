import { createHash } from "node:crypto";
import { CsvError, parse } from "csv-parse/sync";
import { z } from "zod";
import { withFormulas } from "#app/http/csv.server.ts";
import { typedField } from "#app/routes/todos/changes/change.server.ts";
import { isTodoId } from "#app/routes/todos/list/cursor.ts";
import type { ImportProblems } from "./import-form.tsx";

const mostRows = 1_000;
const mostBytes = 1024 * 1024;

/** In UTC, with up to six digits of a second. Not after today: such a todo would stay at the end of the list. */
const moment = z.iso
  .datetime({ error: "Enter a time such as 2026-12-31T08:30:00Z.", abort: true })
  .refine((text) => Date.parse(text) <= Date.now() + 86_400_000, "This is in the future.");

const yesOrNo = z
  .union([z.boolean(), z.enum(["true", "false"])], "Enter true or false.")
  .transform((value) => String(value) === "true");

const noNumber = "Enter a todo's number.";

const rowFields = z.object(
  {
    task: typedField("task"),
    isComplete: yesOrNo.nullable().transform(Boolean),
    insertedAt: moment.nullable(),
    completedAt: moment.nullable(),
    dueOn: typedField("due_on").nullable(),
    assignee: typedField("assignee").nullable(),
    id: z.string(noNumber).refine(isTodoId, noNumber).nullable(),
  },
  "This is not an object with a task.",
);

/** What a row says that has a task alone. */
const blank = {
  isComplete: null,
  insertedAt: null,
  completedAt: null,
  dueOn: null,
  assignee: null,
  id: null,
};

export type ImportedRow = z.infer<typeof rowFields> & {
  /** Of the file, for a person: `Line 3`. */
  place: string;
  /** The same row of the same file has the same UUID. */
  key: string;
};

type File = { rows: ImportedRow[] } | (ImportProblems & { isTooLarge?: true });

/** Reads the field `file` of a multipart form. */
export async function readFile(request: Request): Promise<File> {
  const file = await request.formData().then(
    (form) => form.get("file"),
    () => null,
  );
  if (!file || typeof file === "string" || file.size === 0) return { problems: ["Choose a file."] };
  if (file.size > mostBytes) return { problems: ["A file can have up to 1 MiB."], isTooLarge: true };
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
    return toRows(/^\s*\[/.test(text) ? jsonRows(text) : csvRows(text));
  } catch (error) {
    if (error instanceof CsvError) {
      const { lines } = error as CsvError & { lines?: number };
      return { problems: [`Line ${lines ?? 1}: this is not valid CSV.`] };
    }
    if (error instanceof SyntaxError) return { problems: ["This is not valid JSON."] };
    if (error instanceof TypeError) return { problems: ["This is not a text file in UTF-8."] };
    throw error;
  }
}

type Placed = [place: string, row: unknown];

/** @throws {SyntaxError} */
function jsonRows(text: string): Placed[] {
  const rows: unknown[] = JSON.parse(text);
  return rows.map((row, index) => [`Todo ${index + 1}`, row]);
}

/** @throws {CsvError} */
function csvRows(text: string): Placed[] {
  const rows: { record: Record<string, string>; info: { lines: number } }[] = parse(text, {
    bom: true,
    columns: true,
    info: true,
    skip_empty_lines: true,
  });
  return rows.map(({ record, info }) => [
    `Line ${info.lines}`,
    Object.fromEntries(Object.entries(record).map(([column, value]) => [column, withFormulas(value)])),
  ]);
}

function toRows(placed: Placed[]): File {
  if (placed.length > mostRows)
    return { problems: [`A file can have up to 1,000 todos. This one has ${placed.length}.`] };
  if (placed.length === 0) return { problems: ["This file has no todos."] };
  const problems: string[] = [];
  const rows: ImportedRow[] = [];
  const seen = new Map<string, number>();
  for (const [place, row] of placed) {
    const { success, data, error } = rowFields.safeParse(
      row instanceof Object ? { ...blank, ...withoutEmpty(row) } : row,
    );
    if (success) {
      const content = JSON.stringify(data);
      const count = (seen.get(content) ?? 0) + 1;
      seen.set(content, count);
      rows.push({ ...data, place, key: uuidOf(`${count} ${content}`) });
    } else {
      for (const { path, message } of error.issues) {
        const column = String(path[0] ?? "");
        problems.push(`${place}: ${column === "task" || !column ? "" : `${column}: `}${message}`);
      }
    }
  }
  return problems.length > 0 ? { problems } : { rows };
}

/** An empty cell says as much as none. */
function withoutEmpty(row: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).filter(([column, value]) => value !== "" || column === "task"),
  );
}

function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5");
}
