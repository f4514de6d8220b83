import { stringify } from "csv-stringify/sync";
import { logOutage } from "#app/platform/log.server.ts";

/** A column of a file: which property of a row it holds, and its name in the first line. */
interface Column<Row> {
  key: keyof Row & string;
  header: string;
}

/**
 * A CSV file (RFC 4180, with the byte order mark that Excel knows UTF-8 by), batch by batch. The next one is read
 * when somebody asks for it.
 *
 * A file that breaks off is neither to be read nor taken for a whole one: the iteration throws, so that the
 * connection is cut. For whoever is behind a proxy that hides this, the file says so in its last line.
 * @param operation what the log calls it, as `GET /stats.csv`
 * @param batches at least one, which may be empty
 * @throws whatever kept it from being read to its end
 */
export async function* csvFile<Row extends object>(
  operation: string,
  columns: readonly Column<Row>[],
  batches: AsyncIterable<Row[]>,
): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  try {
    for await (const rows of batches) {
      yield bytes(stringify(rows, { ...options, columns, header: isFirst, bom: isFirst }));
      isFirst = false;
    }
  } catch (error) {
    logOutage(operation, error);
    yield bytes(stringify([["This file is incomplete: it could not be read to its end."]], options));
    throw error;
  }
}

const options = {
  record_delimiter: "windows",
  // The library quotes what has the whole delimiter in it; readers take half of it for the end of a line, too.
  quoted_match: /[\r\n]/,
  cast: { string: withoutFormulas, boolean: String },
} as const;

/**
 * Where a spreadsheet would begin to read a formula: at the start of a cell, white space aside, and after each
 * separator that it may know instead of the comma. Japanese keyboards have the full-width signs.
 */
const formulaStart = /(?<=^|[;\t\r\n])(?=\s*[=+\-@＝＋－＠])|^(?=[\t\r\n])/g;

/**
 * Puts an apostrophe before what a spreadsheet would run, which makes it text.
 *
 * The library's own `escape_formulas` looks at the first character alone; but Excel in German or French splits a
 * line at semicolons, also within what a comma's file holds together.
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export function withoutFormulas(value: string): string {
  return value.replace(formulaStart, "'");
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
