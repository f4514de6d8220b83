import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createRequestHandler, type ServerBuild } from "@remix-run/node";
import { closeDatabases } from "#app/db/database.server.ts";
import { environment } from "#app/environment.server.ts";
import { closeOpenPages } from "#app/live/open-pages.server.ts";
import { sweep } from "#app/sweep.server.ts";
import { readAssets, sendAsset } from "./assets.server.ts";
import { formLimitBytes, readBody, webhookLimitBytes } from "./body.server.ts";
import { clientAddress } from "./client-address.server.ts";
import { isFromThisSite } from "./origin.server.ts";
import { refuse } from "./refusal.server.ts";
import { inRequest } from "./request-context.server.ts";
import { securityHeaders } from "./security-headers.server.ts";
import { logOutage } from "./unavailable.server.ts";

/** Not for browsers: its posts come from elsewhere, with a signature that the route checks. */
const webhookPath = "/webhooks/stack";

/** How long requests in flight may take to finish once the process is asked to stop. */
const stopLimitMs = 10_000;

/**
 * Serves the production build, and stops cleanly on SIGTERM and SIGINT.
 * @param build what `remix vite:build` wrote; this module is part of it
 * @throws {InvalidEnvironment} before anything is opened
 */
export async function startServer(build: ServerBuild): Promise<void> {
  const { appOrigin, port, host, stackWebhookSecret, trustProxyHops } = environment();
  const assets = readAssets(build.assetsBuildDirectory);
  const render = createRequestHandler(build, "production");

  const server = createServer(async (request, response) => {
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
    if (appOrigin.startsWith("https:")) response.setHeader("Strict-Transport-Security", "max-age=63072000");
    const context = { reference: randomUUID(), clientAddress: clientAddress(request, trustProxyHops) };
    try {
      await inRequest(context, () => answer(request, response));
    } catch (error) {
      if (request.errored || response.destroyed) return;
      console.error(error);
      if (response.headersSent) response.destroy();
      else refuse(500, request, response);
    }
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "" } = request;
    const target = targetOf(url, appOrigin);
    if (!target) return refuse(400, request, response);
    const { pathname } = target;

    const isWebhook = pathname === webhookPath;
    if (isWebhook && stackWebhookSecret === undefined) return refuse(404, request, response);
    const methods = isWebhook ? ["POST"] : ["GET", "HEAD", "POST"];
    if (!methods.includes(method)) return refuse(405, request, response, { Allow: methods.join(", ") });
    const asset = method === "POST" ? undefined : assets.get(pathname);
    if (asset) return sendAsset(asset, request, response);
    if (pathname.startsWith("/assets/")) return refuse(404, request, response);

    const headers = toHeaders(request);
    let body: Buffer | undefined;
    if (method === "POST") {
      if (!isWebhook && !isFromThisSite(headers, appOrigin)) return refuse(403, request, response);
      body = await readBody(request, isWebhook ? webhookLimitBytes : formLimitBytes);
      if (!body) return refuse(413, request, response);
    }
    // Remix compares Origin with Host by rules of its own; ours have been applied.
    for (const name of ["Origin", "X-Forwarded-Host"]) headers.delete(name);
    const init = {
      method,
      headers,
      signal: closeSignal(response),
      ...(body ? { body: new Uint8Array(body) } : {}),
    };
    await send(await render(new Request(target, init)), request, response);
  }

  // A body that is too large is read to its end, but not for ever. Longer than proxies keep connections open.
  server.requestTimeout = 30_000;
  server.keepAliveTimeout = 75_000;
  server.listen(port, host);
  await new Promise<void>((resolve, reject) => server.once("listening", resolve).once("error", reject));
  console.warn(`Listening on port ${(server.address() as AddressInfo).port}, serving ${appOrigin}`);
  sweep().catch((error) => logOutage("Sweeping", error));
  stopOnSignal(server);
}

/**
 * The URL that a request is for: its path, on our own origin. The Host header is the client's to write, and a
 * path such as //evil.example has to stay a path.
 * @returns undefined when the path is none, or is encoded wrongly
 */
function targetOf(path: string, appOrigin: string): URL | undefined {
  try {
    const url = new URL(path.startsWith("/") ? `${appOrigin}${path}` : "");
    decodeURI(url.pathname);
    return url;
  } catch {
    return undefined;
  }
}

function toHeaders(request: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  return headers;
}

/** Aborts when the browser goes away before it has its answer. */
function closeSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}

async function send(answer: Response, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.statusCode = answer.status;
  for (const [name, value] of answer.headers) {
    if (name !== "set-cookie") response.setHeader(name, value);
  }
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) response.setHeader("Set-Cookie", cookies);
  if (!answer.body || request.method === "HEAD") {
    await answer.body?.cancel();
    response.end();
    return;
  }
  await pipeline(Readable.fromWeb(answer.body as never), response);
}

/** Takes no new requests, lets those in flight finish, and exits; a second signal exits at once. */
function stopOnSignal(server: Server): void {
  let isStopping = false;
  function stop() {
    if (isStopping) process.exit(1);
    isStopping = true;
    setTimeout(() => process.exit(1), stopLimitMs).unref();
    closeOpenPages();
    server.close(async () => {
      await closeDatabases();
      process.exit(0);
    });
    // Browsers keep their connections open after an answer, and close() waits for those that were busy.
    setInterval(() => server.closeIdleConnections(), 100).unref();
  }
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}
