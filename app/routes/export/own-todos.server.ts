import { ReadableStream } from "node:stream/web";
import { readAsUser, toSignIn } from "#app/auth/session/guard.server.ts";
import { readSession, type Session } from "#app/auth/session/session.server.ts";
import { viewerOf } from "#app/auth/session/viewers.server.ts";
import { database } from "#app/db/current.server.ts";
import { personalHeaders, retryHeaders } from "#app/http/headers.ts";
import { notNow } from "#app/http/not-now.server.ts";
import type { Cursor } from "#app/routes/todos/list/cursor.ts";
import { type OwnTodo, ownTodosBatch, todosPerBatch } from "./queries.server.ts";

interface Format {
  name: string;
  contentType: string;
  /** @param operation what the log calls it */
  write: (operation: string, batches: AsyncIterable<OwnTodo[]>) => AsyncGenerator<Uint8Array>;
}

/**
 * Answers with all todos of the user, as a file that is read while it is sent. Anything else is answered in plain
 * text, as a script may be asking.
 */
export async function exportOwnTodos(
  request: Request,
  { name, contentType, write }: Format,
): Promise<Response> {
  const { pathname } = new URL(request.url);
  const operation = `GET ${pathname}`;
  try {
    const asked = await readAsUser(request, await readSession(request), (session) =>
      readBatch(session, null),
    );
    if (!asked.isSignedIn) return toSignIn(asked, pathname);
    const headers = personalHeaders(asked.setCookie);
    headers.set("Content-Type", contentType);
    headers.set("Content-Disposition", `attachment; filename=${name}`);
    const file = write(operation, inBatches(asked.session, asked.data));
    return new Response(ReadableStream.from(file) as never, { headers });
  } catch (error) {
    const { status, message, retryAfter } = notNow(operation, error);
    const headers = retryHeaders(retryAfter);
    headers.set("Content-Type", "text/plain; charset=utf-8");
    return new Response(`${message}\n`, { status, headers });
  }
}

async function readBatch(session: Session, after: Cursor | null) {
  const [[profile], data] = await database().snapshot(viewerOf(session), ownTodosBatch(session, after));
  return { profile, data };
}

async function* inBatches(session: Session, first: OwnTodo[]): AsyncGenerator<OwnTodo[]> {
  let todos = first;
  yield todos;
  while (todos.length === todosPerBatch) {
    const batch = await readBatch(session, todos.at(-1) ?? null);
    // Without todos that would look like the end of the file.
    if (!batch.profile || batch.profile.isDeleted) throw new ProfileLost();
    todos = batch.data;
    yield todos;
  }
}

class ProfileLost extends Error {
  override name = "ProfileLost";
  constructor() {
    super("The user no longer has a profile");
  }
}
