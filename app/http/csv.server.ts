import { stringify } from "csv-stringify/sync";
import { logOutage } from "#app/platform/log.server.ts";

/**
 * A CSV file (RFC 4180, with the byte order mark by which Excel recognizes UTF-8). Each batch is read when the client
 * asks for it.
 *
 * An incomplete file must not pass for a complete one: the iteration throws, which cuts the connection. A proxy may hide
 * that, so the last line says it too.
 * @param operation what the log calls it, such as `GET /stats.csv`
 * @param batches at least one, which may be empty
 * @throws what a batch throws
 */
export async function* csvFile<Row extends object>(
  operation: string,
  columns: readonly { key: keyof Row & string; header: string }[],
  batches: AsyncIterable<Row[]>,
): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  try {
    for await (const rows of batches) {
      yield encoder.encode(stringify(rows, { ...options, columns, header: isFirst, bom: isFirst }));
      isFirst = false;
    }
  } catch (error) {
    logOutage(operation, error);
    yield encoder.encode(stringify([["This file is incomplete. Download it again."]], options));
    throw error;
  }
}

const encoder = new TextEncoder();

const options = {
  record_delimiter: "windows",
  // The library only quotes values with the whole delimiter, but readers also end a line at half of it.
  quoted_match: /[\r\n]/,
  cast: { string: withoutFormulas, boolean: String },
} as const;

/**
 * Where a spreadsheet would begin a formula: at the start of a cell, white space aside, and after each separator that it
 * may use instead of the comma. Japanese keyboards have the full-width signs. Apostrophes that were there before count as
 * white space, so that each text has a form of its own.
 */
const formulaStart = /(?<=^|[;\t\r\n])(?=['\s]*[=+\-@＝＋－＠])|^(?='*[\t\r\n])/g;
const disarmed = /(?<=^|[;\t\r\n])'(?=['\s]*[=+\-@＝＋－＠])|^'(?='*[\t\r\n])/g;

/**
 * Puts an apostrophe before what a spreadsheet would run. The library's own `escape_formulas` looks at the first
 * character alone, but Excel in German or French splits a line at semicolons, even within quotes.
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export function withoutFormulas(value: string): string {
  return value.replace(formulaStart, "'");
}

/** The text that `withoutFormulas` was given. */
export function withFormulas(value: string): string {
  return value.replace(disarmed, "");
}
