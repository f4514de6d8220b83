import type { IncomingMessage, ServerResponse } from "node:http";
import type { ServerBuild } from "@remix-run/node";
import type { Theme } from "#app/document/theme.ts";
import { readTheme } from "#app/document/theme-cookie.server.ts";
import { errorBody, isDataRequest, remixHeaders } from "#app/http/remix-data.ts";
import { environment } from "#app/platform/environment.server.ts";
import { requestContext } from "#app/platform/request-context.server.ts";
import { toHeaders } from "./node-answer.server.ts";
import { plainPagePolicy } from "./security-headers.server.ts";

const words = {
  400: () => ["Bad request", "The server doesn't understand this request."],
  403: () => [
    "Not allowed",
    `This form wasn't sent from a page of this site. Open ${environment().appOrigin} and send it again.`,
  ],
  404: () => ["Not found", "There is nothing at this address."],
  405: () => ["Bad request", "This page doesn't accept this kind of request."],
  413: () => [
    "Too large",
    "This is more than the site accepts. A form can have at most 64 KiB, a file to import 1 MiB.",
  ],
  500: () => [
    "Something went wrong",
    `This is a problem on our side. Please try again. If this keeps happening, quote reference ${requestContext()?.reference}.`,
  ],
} satisfies Record<number, () => [title: string, message: string]>;
export type RefusalStatus = keyof typeof words;

/**
 * Answers a request that does not reach the app, or that the app failed at: a script with data, a browser with a page,
 * and any other client with a sentence.
 */
export async function refuse(
  status: RefusalStatus,
  request: IncomingMessage,
  response: ServerResponse,
  { headers = {}, stylesheet }: { headers?: Record<string, string>; stylesheet?: string | undefined } = {},
): Promise<void> {
  const [title, message] = words[status]();
  const { type, body, ...others } = isDataRequest(request.url ?? "")
    ? dataAnswer(request, message)
    : await textAnswer(request, title, message, stylesheet);
  response.writeHead(status, {
    "Cache-Control": "no-store",
    "Content-Length": Buffer.byteLength(body),
    "Content-Type": `${type}; charset=utf-8`,
    ...others,
    ...headers,
  });
  response.end(body);
}

function dataAnswer({ method }: IncomingMessage, message: string) {
  const type = "application/json";
  if (method === "GET") {
    return { type, body: errorBody(requestContext()?.reference), [remixHeaders.error]: "yes" };
  }
  const refused = { ok: false, isTemporary: false, errors: { form: message }, typed: {}, task: "" };
  return { type, body: JSON.stringify(refused), [remixHeaders.answer]: "yes" };
}

async function textAnswer(request: IncomingMessage, title: string, message: string, stylesheet?: string) {
  const Vary = "Accept, Cookie";
  if (!request.headers.accept?.includes("text/html")) {
    return { type: "text/plain", body: `${title}. ${message}\n`, Vary };
  }
  const theme = await readTheme({ headers: toHeaders(request) });
  const body = page(title, message, theme, stylesheet);
  return { type: "text/html", body, Vary, "Content-Security-Policy": plainPagePolicy };
}

function page(title: string, message: string, theme: Theme, stylesheet?: string): string {
  const isChosen = theme !== "system";
  return `<!doctype html>
<html lang="en"${isChosen ? ` data-theme="${theme}"` : ""}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="${isChosen ? theme : "light dark"}">
<title>${title} · Todos</title>
${stylesheet ? `<link rel="stylesheet" href="${stylesheet}">\n` : ""}<link rel="icon" href="/favicon.svg">
</head>
<body>
<header class="site-header"><a class="site-name" href="/">Shared todos</a></header>
<main>
<section class="landing">
<h1>${title}</h1>
<p>${message}</p>
<p class="actions"><a class="button primary" href="/">Back to the list</a></p>
</section>
</main>
</body>
</html>
`;
}

export function stylesheetOf({ routes }: ServerBuild): string | undefined {
  for (const link of routes.root?.module.links?.() ?? []) {
    if ("rel" in link && link.rel === "stylesheet" && "href" in link) return link.href;
  }
  return undefined;
}
