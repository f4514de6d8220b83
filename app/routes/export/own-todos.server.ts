import { ReadableStream } from "node:stream/web";
import { isDeleted, readSession, rememberProfile, type Session } from "#app/auth/session/session.server.ts";
import { database } from "#app/db/current.server.ts";
import { personalHeaders, retryHeaders } from "#app/http/headers.ts";
import { notNow } from "#app/http/not-now.server.ts";
import type { Cursor } from "#app/routes/todos/list/cursor.ts";
import { viewer } from "#app/routes/todos/list/viewer.server.ts";
import { farewell, toSignIn } from "../account/account.server.ts";
import { type OwnTodo, ownTodosBatch, todosPerBatch } from "./queries.server.ts";

/** What a file is like. */
interface Format {
  name: string;
  contentType: string;
  /** @param operation what the log calls it */
  write: (operation: string, batches: AsyncIterable<OwnTodo[]>) => AsyncGenerator<Uint8Array>;
}

/**
 * Answers with all todos of who asks, as a file that is read while it is sent. Words instead of it are plain text, as
 * it may be a script that asks.
 */
export async function exportOwnTodos(
  request: Request,
  { name, contentType, write }: Format,
): Promise<Response> {
  const { pathname } = new URL(request.url);
  const operation = `GET ${pathname}`;
  try {
    const { session, setCookie } = await readSession(request);
    // The cookie of somebody who was deleted stays as it is: the page for signing in tells him.
    if (!session) return toSignIn(setCookie, pathname);

    const { profile, todos } = await readBatch(session, null);
    if (isDeleted(session, profile)) return farewell("/sign-in");
    const newest = profile && !session.profileSeen ? await rememberProfile(request, setCookie) : setCookie;
    const headers = personalHeaders(newest);
    headers.set("Content-Type", contentType);
    headers.set("Content-Disposition", `attachment; filename=${name}`);
    const file = write(operation, inBatches(session, todos));
    return new Response(ReadableStream.from(file) as never, { headers });
  } catch (error) {
    const unavailable = notNow(operation, error);
    const headers = retryHeaders(unavailable.retryAfter);
    headers.set("Content-Type", "text/plain; charset=utf-8");
    return new Response(`${unavailable.message}\n`, { status: 503, headers });
  }
}

async function readBatch(session: Session, after: Cursor | null) {
  const [[profile], todos] = await database().snapshot(viewer(session), ownTodosBatch(session, after));
  return { profile, todos };
}

/** @param first the batch that was read already */
async function* inBatches(session: Session, first: OwnTodo[]): AsyncGenerator<OwnTodo[]> {
  let todos = first;
  yield todos;
  while (todos.length === todosPerBatch) {
    const batch = await readBatch(session, todos.at(-1) ?? null);
    // Without todos that would look like the end of the file.
    if (!batch.profile || batch.profile.isDeleted) throw new ProfileLost();
    todos = batch.todos;
    yield todos;
  }
}

class ProfileLost extends Error {
  override name = "ProfileLost";
  constructor() {
    super("Who asked has no profile any more");
  }
}
