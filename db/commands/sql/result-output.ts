import type { StatementResult } from "./run-statement.ts";

export function asJson({ columns, rows }: StatementResult): string {
  const objects = rows.map((row) => Object.fromEntries(row.map((value, index) => [columns[index], value])));
  return JSON.stringify(objects, (_, value) =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
  );
}

/** The rows in aligned columns; what a statement without rows did, such as `UPDATE 3`. */
export function asTable({ command, rowCount, columns, rows }: StatementResult): string {
  if (columns.length === 0 && rows.length === 0)
    return [command, rowCount].filter((part) => part !== null).join(" ");
  const cells = [columns, ...rows].map((row) => row.map(asCell));
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => row[index]?.length ?? 0)));
  const lines = cells.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [lines[0], rule, ...lines.slice(1), `(${rows.length} ${rows.length === 1 ? "row" : "rows"})`].join(
    "\n",
  );
}

/** On one line, and without control characters: any user may have written it. */
function asCell(value: unknown): string {
  if (value === null) return "null";
  return String(value).replace(/\p{Cc}/gu, (character) =>
    character === "\n" ? "\\n" : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
