import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

export function toHeaders(request: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  return headers;
}

/** Aborts when the client goes away before it has its answer. */
export function closeSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}

export async function send(
  answer: Response,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.statusCode = answer.status;
  // Even a page that is the same for all users has its own nonce.
  response.setHeader("Cache-Control", "no-store");
  for (const [name, value] of answer.headers) {
    if (name !== "set-cookie") response.setHeader(name, value);
  }
  response.appendHeader("Vary", "Cookie");
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) response.setHeader("Set-Cookie", cookies);
  if (!answer.body || request.method === "HEAD") {
    // Remix has removed the body of an answer to HEAD; redirects never have one.
    if (answer.headers.has("Location")) response.setHeader("Content-Length", 0);
    await answer.body?.cancel();
    response.end();
    return;
  }
  const isPage = answer.headers.get("Content-Type")?.startsWith("text/html");
  // A page's body is all there already, and costs less in one piece.
  const body = isPage ? [Buffer.from(await answer.arrayBuffer())] : Readable.fromWeb(answer.body as never);
  await pipeline(body, response);
}
