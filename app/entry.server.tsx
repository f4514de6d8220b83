import { randomBytes } from "node:crypto";
import type {
  EntryContext,
  HandleDataRequestFunction,
  HandleErrorFunction,
  ServerBuild,
} from "@remix-run/node";
import { isRouteErrorResponse, RemixServer } from "@remix-run/react";
import { renderToString } from "react-dom/server";
import { sweep } from "#app/db/sweep.server.ts";
import { DocumentContext } from "#app/document/document.ts";
import { readTheme } from "#app/document/theme-cookie.server.ts";
import { errorBody, remixHeaders } from "#app/http/remix-data.ts";
import { log, logOutage } from "#app/platform/log.server.ts";
import { requestContext } from "#app/platform/request-context.server.ts";
import { warnOfLostTriggers } from "#app/profiles/kept-profiles.server.ts";
import { documentPolicy } from "#app/server/security-headers.server.ts";
import { listen } from "#app/server/server.server.ts";

// `npm start` and local mode run the server from the build, so that it shares its modules with the app.
export { loadDotEnv } from "#app/platform/environment.server.ts";

/**
 * @param noticeMs see `stopOnSignal`
 * @throws {InvalidEnvironment} before anything is opened
 */
export async function startServer(build: ServerBuild, noticeMs?: number): Promise<void> {
  await listen(build, noticeMs);
  sweep().catch((error) => logOutage("Sweeping", error));
  warnOfLostTriggers();
}

export default async function handleRequest(
  request: Request,
  status: number,
  headers: Headers,
  remixContext: EntryContext,
): Promise<Response> {
  const nonce = randomBytes(16).toString("base64");
  const facts = { nonce, theme: await readTheme(request), reference: requestContext()?.reference };
  headers.set("Content-Type", "text/html; charset=utf-8");
  headers.set("Content-Security-Policy", documentPolicy(nonce, import.meta.env.DEV));
  // In one go: nothing on our pages is worth waiting for, and streaming costs a third more.
  const html = renderToString(
    <DocumentContext.Provider value={facts}>
      <RemixServer context={remixContext} url={request.url} nonce={nonce} />
    </DocumentContext.Provider>,
  );
  return new Response(`<!DOCTYPE html>${html}`, { headers, status });
}

/** A script is told an error's status, and its reference if it is our fault. */
export const handleDataRequest: HandleDataRequestFunction = (response) => {
  if (import.meta.env.DEV || !response.headers.has(remixHeaders.ownError)) return response;
  const { status } = response;
  const body = errorBody(status >= 500 ? requestContext()?.reference : undefined);
  return new Response(body, {
    status,
    headers: { "Content-Type": "application/json", [remixHeaders.error]: "yes" },
  });
};

export const handleError: HandleErrorFunction = (error, { request }) => {
  if (isRouteErrorResponse(error) && error.status < 500) return;
  if (!request.signal.aborted) logError(error, request);
};

function logError(error: unknown, { method }: Request): void {
  log.error({ event: "error", err: error }, `A ${method} request failed`);
}
