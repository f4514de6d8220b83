import { getResponse, type RequestHandler } from "msw";
import type { Answer } from "./loopback-server.ts";

/** Answers requests as msw's handlers would inside a test: 404 for those that none of them knows. */
export function answerFromHandlers(handlers: RequestHandler[]): Answer {
  return async (request) => {
    const { method, url } = request;
    const unknown = `The stand-in for Stack Auth does not know ${method} ${new URL(url).pathname}\n`;
    return (await getResponse(handlers, request)) ?? new Response(unknown, { status: 404 });
  };
}

/**
 * Lists the mails that would have been sent, newest first: for a person as a page, for
 * `Accept: application/json` as JSON, with `?to=` those to one address. Nothing sends mails yet.
 */
export function answerWithMails(): Answer {
  return (request) => {
    if (new URL(request.url).pathname !== "/") return new Response("Not found\n", { status: 404 });
    if (request.headers.get("accept")?.includes("application/json")) return Response.json([]);
    const page =
      "<!doctype html><html lang=en><meta charset=utf-8><title>Mails</title><h1>Mails</h1><p>No mails yet</p>";
    return new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } });
  };
}
