import { stringify } from "csv-stringify/sync";
import type { Session } from "#app/auth/session.server.ts";
import { database } from "#app/db/current.server.ts";
import { logOutage } from "#app/http/unavailable.server.ts";
import { viewer } from "../todos/queries.server.ts";
import { allUsersBatch, type UserStats, usersPerBatch } from "./queries.server.ts";

const columns = [
  { key: "email", header: "Email" },
  { key: "name", header: "Name" },
  { key: "complete", header: "Completed" },
  { key: "total", header: "Total" },
  { key: "latest", header: "Last activity" },
];

/** Reads a batch of users, and the profile of who asks: no users are none, or are not for him. */
export async function readBatch(session: Session, after: string | null) {
  const [[profile], users] = await database().snapshot(viewer(session), allUsersBatch(session, after));
  return { profile, users };
}

/**
 * All users as a CSV file (RFC 4180, with the byte order mark that Excel knows UTF-8 by), batch by batch. The next
 * one is read when somebody asks for it.
 *
 * A file that breaks off is neither to be read nor taken for a whole one: the iteration throws, so that the
 * connection is cut. For whoever is behind a proxy that hides this, the file says so in its last line.
 * @param first the batch that was read already, with the right to read it
 * @throws whatever kept it from being read to its end
 */
export async function* usersCsv(session: Session, first: UserStats[]): AsyncGenerator<Uint8Array> {
  let users = first;
  yield bytes(stringify(users, { ...options, columns, header: true, bom: true }));
  try {
    while (users.length === usersPerBatch) {
      const batch = await readBatch(session, users.at(-1)?.userId ?? null);
      if (!batch.profile?.isAdmin || batch.profile.isDeleted) throw new RightLost();
      users = batch.users;
      yield bytes(stringify(users, { ...options, columns }));
    }
  } catch (error) {
    logOutage("GET /stats.csv", error);
    yield bytes(stringify([["This file is incomplete: it could not be read to its end."]], options));
    throw error;
  }
}

class RightLost extends Error {
  override name = "RightLost";
  constructor() {
    super("Who asked is no admin any more");
  }
}

const options = { record_delimiter: "windows", cast: { string: withoutFormulas } } as const;

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
