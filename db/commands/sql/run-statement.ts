import { Refusal } from "#db/refusal.ts";
import { openSession } from "#db/session.ts";

export interface StatementResult {
  /** `SELECT`, `UPDATE` and so on; empty for an empty statement. */
  command: string;
  /** Rows returned or changed; null where Postgres counts none. */
  rowCount: number | null;
  columns: string[];
  rows: unknown[][];
}

interface StatementOptions {
  /** Runs it in a transaction that cannot write. */
  readOnly: boolean;
  /** `text`: each value as Postgres writes it. `json`: as a JSON value where JSON has one. */
  values: "text" | "json";
}

/**
 * Without a time limit. The server's notices go to stderr.
 * @throws {Refusal} when `readOnly` and the statement writes
 * @throws Postgres's error, also for several statements
 */
export async function runStatement(
  url: string,
  text: string,
  { readOnly, values }: StatementOptions,
): Promise<StatementResult> {
  await using client = await openSession(url);
  client.on("notice", ({ severity, message }) => console.error(`${severity}: ${message}`));
  const types = {
    getTypeParser: (type: number) =>
      values === "json" ? jsonParser(type, client) : (value: string) => value,
  };
  try {
    if (readOnly) await client.query("begin read only");
    // Named, so that it is prepared: Postgres then accepts a single statement.
    const result = await client.query<unknown[]>({ name: "statement", text, rowMode: "array", types });
    const { command, rowCount, fields, rows } = result;
    return { command: command ?? "", rowCount, columns: fields.map(({ name }) => name), rows };
  } catch (error) {
    if (!readOnly || !needsWriting.has((error as { code?: string }).code ?? "")) throw error;
    const { hostname } = new URL(url);
    throw new Refusal(
      `${(error as Error).message}: ${hostname} is not this machine. To write there, add --remote.`,
    );
  }
}

/** read_only_sql_transaction, and active_sql_transaction for statements such as vacuum. */
const needsWriting = new Set(["25006", "25001"]);

const bytea = 17;
const timestamps = [1114, 1184];
/** Dates, times, intervals, geometry, bytes, and arrays of them: JSON has no such types. */
const writtenAsText = new Set([bytea, 600, 718, 1082, 1186, 1001, 1017, 1115, 1182, 1185, 1187]);

function jsonParser(type: number, client: { getTypeParser(type: number): (value: string) => unknown }) {
  if (timestamps.includes(type)) return isoTimestamp;
  return writtenAsText.has(type) ? (value: string) => value : client.getTypeParser(type);
}

/** Like Postgres's to_json: ISO 8601 with microseconds, which a Date would lose. */
function isoTimestamp(value: string): string {
  return value.replace(
    /^(\S+) ([\d:.]+)(?:([+-]\d\d)(:\d\d)?)?$/,
    (_, date, time, hours = "", minutes = ":00") =>
      hours ? `${date}T${time}${hours}${minutes}` : `${date}T${time}`,
  );
}
