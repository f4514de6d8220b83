import { ReadableStream } from "node:stream/web";
import { readAsUser, toSignIn } from "#app/auth/session/guard.server.ts";
import { readSession, type Session } from "#app/auth/session/session.server.ts";
import { viewerOf } from "#app/auth/session/viewers.server.ts";
import { database } from "#app/db/current.server.ts";
import type { Statement } from "#app/db/statement.server.ts";
import { personalHeaders, retryHeaders } from "#app/http/headers.ts";
import { notNow } from "#app/http/not-now.server.ts";

interface Download<Row> {
  contentType: string;
  disposition: string;
  /** The next rows after one, or the first. A batch with fewer than `rowsPerBatch` is the last. */
  batch(session: Session, after: Row | null): Statement<Row>;
  rowsPerBatch: number;
  /** @param operation what the log calls it */
  write(operation: string, batches: AsyncIterable<Row[]>): AsyncGenerator<Uint8Array>;
  /** What other users are told, if the file is for admins. */
  adminsOnly?: string;
}

/** Answers with a file that is read while it is sent; or in plain text, as a script may be asking. */
export async function answerDownload<Row>(request: Request, download: Download<Row>): Promise<Response> {
  const { contentType, disposition, adminsOnly, write } = download;
  const { pathname } = new URL(request.url);
  const operation = `GET ${pathname}`;
  try {
    const asked = await readAsUser(request, await readSession(request), (session) =>
      readBatch(download, session, null),
    );
    if (!asked.isSignedIn) return toSignIn(asked, pathname);
    const headers = personalHeaders(asked.setCookie);
    if (adminsOnly && !asked.viewer.isAdmin) return plainText(403, adminsOnly, headers);
    headers.set("Content-Type", contentType);
    headers.set("Content-Disposition", disposition);
    const file = write(operation, inBatches(download, asked.session, asked.data));
    return new Response(ReadableStream.from(file) as never, { headers });
  } catch (error) {
    const { status, message, retryAfter } = notNow(operation, error);
    return plainText(status, message, retryHeaders(retryAfter));
  }
}

async function readBatch<Row>({ batch }: Download<Row>, session: Session, after: Row | null) {
  const [[profile], data] = await database().snapshot(viewerOf(session), batch(session, after));
  return { profile, data };
}

async function* inBatches<Row>(
  download: Download<Row>,
  session: Session,
  first: Row[],
): AsyncGenerator<Row[]> {
  let rows = first;
  yield rows;
  while (rows.length === download.rowsPerBatch) {
    const { profile, data } = await readBatch(download, session, rows.at(-1) ?? null);
    // Without rows that would look like the end of the file.
    const isAllowed = profile?.isDeleted === false && (profile.isAdmin || !download.adminsOnly);
    if (!isAllowed) throw new RightLost();
    rows = data;
    yield rows;
  }
}

class RightLost extends Error {
  override name = "RightLost";
  constructor() {
    super("The user may no longer read this file");
  }
}

function plainText(status: number, message: string, headers: Headers): Response {
  headers.set("Content-Type", "text/plain; charset=utf-8");
  return new Response(`${message}\n`, { status, headers });
}
