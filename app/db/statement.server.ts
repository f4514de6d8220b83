import type { Sql } from "sql-template-tag";
import type { z } from "zod";

export interface Statement<Row> {
  readonly sql: Sql;
  readonly row: z.ZodType<Row>;
  /** Whether running it twice is the same as once: it reads, or what it adds has a key that is there once. */
  readonly isRepeatable: boolean;
}

/** @param options by default, it is not sent again when it is unknown whether it arrived */
export function statement<Row>(
  row: z.ZodType<Row>,
  sql: Sql,
  { isRepeatable = false }: { isRepeatable?: boolean } = {},
): Statement<Row> {
  return { row, sql, isRepeatable };
}

/** For statements that read. */
export const repeatable = { isRepeatable: true };

/** @throws {Error} naming the column that is not what the statement promised: the schema has drifted */
export function parseRows<Row>({ row, sql }: Statement<Row>, rows: readonly unknown[]): Row[] {
  return rows.map((values) => {
    const parsed = row.safeParse(values);
    if (parsed.success) return parsed.data;
    const columns = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new Error(`A row does not have the promised shape (${columns.join("; ")}) in: ${sql.text}`);
  });
}
