import type { IncomingMessage, ServerResponse } from "node:http";
import { environment } from "#app/environment.server.ts";

const words: Record<number, () => [title: string, message: string]> = {
  400: () => ["Not possible", "The server does not understand this request."],
  403: () => [
    "Not allowed",
    `This form was not sent from a page of this site. Use it at ${environment().appOrigin} and send it again.`,
  ],
  404: () => ["Not found", "There is nothing at this address."],
  405: () => ["Not possible", "This page takes no such request."],
  413: () => ["Too large", "That is more than this site takes at once, which is 64 KiB for a form."],
  500: () => ["Something went wrong", "It is our fault, not yours. Please try again."],
};

/**
 * Answers a request that does not reach the app. A script of ours gets the answer in the shape that its
 * forms expect, so that what was typed stays on the page; anything else gets a short page.
 */
export function refuse(
  status: 400 | 403 | 404 | 405 | 413 | 500,
  request: IncomingMessage,
  response: ServerResponse,
  headers: Record<string, string> = {},
): void {
  const [title, message] = words[status]?.() ?? ["", ""];
  const isData = /[?&]_data=/.test(request.url ?? "");
  response.writeHead(status, {
    "Cache-Control": "no-store",
    "Content-Type": isData ? "application/json; charset=utf-8" : "text/html; charset=utf-8",
    // Remix takes any other error status for a broken network, and shows the error boundary.
    ...(isData ? { "X-Remix-Response": "yes" } : {}),
    ...headers,
  });
  response.end(
    isData
      ? JSON.stringify({ ok: false, isTemporary: false, errors: { form: message }, task: "" })
      : page(title, message),
  );
}

function page(title: string, message: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<h1>${title}</h1>
<p>${message}</p>
<p><a href="/">To the list</a></p>
</html>
`;
}
