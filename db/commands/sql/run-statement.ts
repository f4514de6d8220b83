import { connectClient } from "#app/db/database.server.ts";
import { Refusal } from "#db/refusal.ts";

/** What a statement answered. */
export interface StatementResult {
  /** The first word of Postgres's answer, such as `SELECT` or `UPDATE`; empty for an empty statement. */
  command: string;
  /** Rows answered, or changed; null where Postgres counts none. */
  rowCount: number | null;
  columns: string[];
  rows: unknown[][];
}

export interface StatementOptions {
  /** Runs it in a transaction that cannot write. */
  readOnly: boolean;
  /** `text`: each value as Postgres writes it. `json`: as JSON has it, where JSON can hold it. */
  values: "text" | "json";
}

/**
 * Runs one statement, however long it takes. Notices of the server go to stderr.
 * @throws {Refusal} for a statement that is no reading one, with `readOnly`
 * @throws Postgres's error; also for several statements in one text
 */
export async function runStatement(
  url: string,
  text: string,
  { readOnly, values }: StatementOptions,
): Promise<StatementResult> {
  const client = await connectClient(url);
  client.on("notice", ({ severity, message }) => console.error(`${severity}: ${message}`));
  // A lost connection fails the query; without a listener it would end the process as well.
  client.on("error", () => {});
  const types = {
    getTypeParser: (type: number) =>
      values === "json" ? jsonParser(type, client) : (value: string) => value,
  };
  try {
    if (readOnly) await client.query("begin read only");
    // A named statement is prepared, and Postgres prepares one at a time.
    const result = await client.query<unknown[]>({ name: "statement", text, rowMode: "array", types });
    const { command, rowCount, fields, rows } = result;
    return { command: command ?? "", rowCount, columns: fields.map(({ name }) => name), rows };
  } catch (error) {
    if (!readOnly || !needsWriting.has((error as { code?: string }).code ?? "")) throw error;
    const { hostname } = new URL(url);
    throw new Refusal(
      `${(error as Error).message}: ${hostname} is not this machine, and without --remote one may only read there.`,
    );
  } finally {
    await client.end();
  }
}

/** read_only_sql_transaction, and active_sql_transaction: what cannot run in a transaction, such as vacuum. */
const needsWriting = new Set(["25006", "25001"]);

const bytea = 17;
const timestamps = [1114, 1184];
/** Dates, times, intervals, geometry, bytes, and arrays of them: JSON has no such thing. */
const writtenAsText = new Set([bytea, 600, 718, 1082, 1186, 1001, 1017, 1115, 1182, 1185, 1187]);

function jsonParser(type: number, client: { getTypeParser(type: number): (value: string) => unknown }) {
  if (timestamps.includes(type)) return isoTimestamp;
  return writtenAsText.has(type) ? (value: string) => value : client.getTypeParser(type);
}

/** As Postgres's own to_json writes it: ISO 8601, down to the microsecond, which a Date would cut off. */
function isoTimestamp(value: string): string {
  return value.replace(
    /^(\S+) ([\d:.]+)(?:([+-]\d\d)(:\d\d)?)?$/,
    (_, date, time, hours = "", minutes = ":00") =>
      hours ? `${date}T${time}${hours}${minutes}` : `${date}T${time}`,
  );
}
