import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { createRequestHandler, type ServerBuild } from "@remix-run/node";
import proxyAddr from "proxy-addr";
import { isFilePath, isLastResort } from "#app/http/remix-data.ts";
import { environment } from "#app/platform/environment.server.ts";
import { log } from "#app/platform/log.server.ts";
import { newReference } from "#app/platform/reference.server.ts";
import { inRequest, type RequestContext } from "#app/platform/request-context.server.ts";
import { isStopping } from "#app/platform/stopping.server.ts";
import { appRoutes } from "./app-routes.server.ts";
import { readAssets, sendAsset } from "./assets.server.ts";
import { formLimitBytes, importLimitBytes, readBody, webhookLimitBytes } from "./body.server.ts";
import { closeSignal, send, toHeaders } from "./node-answer.server.ts";
import { isFromThisSite } from "./origin.server.ts";
import { type RefusalStatus, refuse, stylesheetOf } from "./refusal.server.ts";
import { logOpenedStream, logRequest, type RequestFacts } from "./request-log.server.ts";
import { securityHeaders } from "./security-headers.server.ts";

const limitsBytes = new Map([
  ["/webhooks/stack", webhookLimitBytes],
  ["/import", importLimitBytes],
]);

/** Its posts come from another site, with a signature that the route checks. */
const webhookPath = "/webhooks/stack";

export function requestHandler(build: ServerBuild): RequestListener {
  const { appOrigin, stackWebhookSecret, metricsToken, trustProxyHops } = environment();
  const assets = readAssets(build.assetsBuildDirectory);
  const findRoute = appRoutes(build);
  const render = createRequestHandler(build, "production");
  const stylesheet = stylesheetOf(build);
  const headersOfAll = Object.entries(securityHeaders());

  return async (request, response) => {
    const context: RequestContext = {
      reference: newReference(),
      // What precedes our own proxies' entries in X-Forwarded-For was written by the client.
      clientAddress: proxyAddr(request, (_, hop) => hop < trustProxyHops),
    };
    for (const [name, value] of headersOfAll) response.setHeader(name, value);
    response.setHeader("X-Request-Id", context.reference);
    if (isStopping()) response.setHeader("Connection", "close");
    const facts: RequestFacts = { method: request.method ?? "", startedAt: performance.now() };
    logRequest(facts, response, context);
    await inRequest(context, async () => {
      try {
        await answer(request, response, facts);
      } catch (error) {
        if (request.errored || response.destroyed) return;
        log.error({ event: "error", err: error }, `A ${facts.method} request failed`);
        if (response.headersSent) response.destroy();
        else await refuse(500, request, response, { stylesheet });
      }
    });
  };

  async function answer(request: IncomingMessage, response: ServerResponse, facts: RequestFacts) {
    const { method = "", url = "" } = request;
    const no = (status: RefusalStatus, headers = {}) =>
      refuse(status, request, response, { stylesheet, headers });

    const target = targetOf(url, appOrigin);
    if (!target || !hasHost(request)) return no(400);
    const { pathname } = target;
    const asset = assets.get(pathname);
    const found = asset ? { pattern: "asset", methods: ["GET", "HEAD"] } : findRoute(target);
    const route = found?.pattern === "/metrics" && metricsToken === undefined ? undefined : found;
    if (route) facts.route = route.pattern;

    const isWebhook = pathname === webhookPath;
    if (isWebhook && stackWebhookSecret === undefined) return no(404);
    const headers = toHeaders(request);
    const isForm = method === "POST" && !isWebhook;
    if (isForm && !isFromThisSite(headers, appOrigin)) return no(403);
    if (!route && (isFilePath(pathname) || !["GET", "HEAD"].includes(method))) return no(404);
    const methods = isWebhook ? ["POST"] : route?.methods;
    if (methods && !methods.includes(method)) return no(405, { Allow: methods.join(", ") });
    if (asset) return sendAsset(asset, request, response);

    let body: Buffer | undefined;
    if (method === "POST") {
      body = await readBody(request, limitsBytes.get(route?.pattern ?? "") ?? formLimitBytes);
      if (!body) return no(413);
    }
    // Remix would compare Origin with Host by its own rules; ours have been applied.
    for (const name of ["Origin", "X-Forwarded-Host"]) headers.delete(name);
    const init = {
      method,
      headers,
      signal: closeSignal(response),
      ...(body ? { body: new Uint8Array(body) } : {}),
    };
    const made = await render(new Request(target, init));
    if (!isWebhook && isLastResort(made)) return no(500);
    if (made.headers.get("Content-Type")?.startsWith("text/event-stream"))
      logOpenedStream(facts, made.status);
    await send(made, request, response);
  }
}

/** Not from the Host header, which the client writes. A path such as //evil.example has to stay a path. */
function targetOf(path: string, appOrigin: string): URL | undefined {
  try {
    const url = new URL(path.startsWith("/") ? `${appOrigin}${path}` : "");
    decodeURI(url.pathname);
    return url;
  } catch {
    return undefined;
  }
}

/** @see https://www.rfc-editor.org/rfc/rfc9112#section-3.2 */
function hasHost({ httpVersion, headers }: IncomingMessage): boolean {
  return httpVersion !== "1.1" || headers.host !== undefined;
}
