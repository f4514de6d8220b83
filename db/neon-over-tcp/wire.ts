import type { DatabaseError, QueryArrayResult } from "pg";

/** A statement as the driver sends it: each value as Postgres's text, or null. */
export interface Statement {
  query: string;
  params: (string | null)[];
}

/** A `POST /sql`: one statement, or several in a transaction. */
type SqlRequest = Statement | { queries: Statement[]; begin: string };

export type SqlResponse = Pick<Response, "ok" | "status" | "json" | "text">;

export class BadRequest extends Error {}

const isolationLevels = new Map([
  ["ReadUncommitted", "read uncommitted"],
  ["ReadCommitted", "read committed"],
  ["RepeatableRead", "repeatable read"],
  ["Serializable", "serializable"],
]);

/** @throws {BadRequest} */
export function readRequest(headers: Headers, body: string): SqlRequest {
  // The driver always sends these two, and builds the row objects itself.
  for (const name of ["Neon-Raw-Text-Output", "Neon-Array-Mode"]) {
    if (headers.get(name) !== "true") throw new BadRequest(`the header ${name} must be true`);
  }
  const sent: Partial<Statement> & { queries?: Partial<Statement>[] } = JSON.parse(body);
  if (sent.queries === undefined) return readStatement(sent);
  return { queries: sent.queries.map(readStatement), begin: beginAskedBy(headers) };
}

function readStatement({ query, params = [] }: Partial<Statement>): Statement {
  if (typeof query !== "string") throw new BadRequest("a query must be a string");
  return { query, params };
}

function beginAskedBy(headers: Headers): string {
  const level = headers.get("Neon-Batch-Isolation-Level");
  const isolation = level === null ? "" : isolationLevels.get(level);
  if (isolation === undefined) throw new BadRequest(`unknown isolation level: ${level}`);
  return [
    "begin",
    isolation && `isolation level ${isolation}`,
    headers.get("Neon-Batch-Read-Only") === "true" && "read only",
    headers.get("Neon-Batch-Deferrable") === "true" && "deferrable",
  ]
    .filter(Boolean)
    .join(" ");
}

/** Plain objects, as in an answer that came as JSON: pg has a class for fields. */
export function resultBody({ fields, rows, command, rowCount }: QueryArrayResult<(string | null)[]>) {
  return { fields: fields.map((field) => ({ ...field })), rows, command, rowCount, rowAsArray: true };
}

const errorFields = [
  "message",
  "code",
  "detail",
  "hint",
  "position",
  "internalPosition",
  "internalQuery",
  "severity",
  "where",
  "table",
  "column",
  "schema",
  "dataType",
  "constraint",
  "file",
  "line",
  "routine",
] as const;

/** All that Postgres says about an error. */
export function errorBody(error: BadRequest | DatabaseError) {
  const said: { [Field in (typeof errorFields)[number]]?: string | undefined } = error;
  return Object.fromEntries(errorFields.map((field) => [field, said[field] ?? null]));
}
