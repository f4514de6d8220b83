import { escaped } from "#tests/mocks/stack/html.ts";
import type { Mail } from "#tests/mocks/stack/mails.ts";
import type { Answer } from "./loopback-server.ts";

/**
 * Lists the emails that would have been sent, newest first: as a page, or as JSON for `Accept: application/json`;
 * with `?to=` only those to one address.
 */
export function answerWithMails(mails: (to?: string) => Promise<Mail[]>): Answer {
  return async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== "/") return new Response("Not found\n", { status: 404 });
    const found = await mails(searchParams.get("to") ?? undefined);
    if (request.headers.get("accept")?.includes("application/json")) {
      return Response.json(found, { headers: { "cache-control": "no-store" } });
    }
    return new Response(mailPage(found), {
      headers: {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
        // The query string may hold an address.
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
      },
    });
  };
}

const style =
  "body{font:1rem/1.5 system-ui,sans-serif;max-width:45rem;margin:2rem auto;padding:0 1rem}pre{white-space:pre-wrap;overflow-wrap:anywhere}article{border-top:1px solid #999}";

function mailPage(mails: Mail[]): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Emails</title>
<style>${style}</style>
<h1>Emails</h1>
${mails.map(mailArticle).join("\n") || "<p>No emails yet</p>"}
`;
}

function mailArticle({ to, subject, text, links, sentAt }: Mail): string {
  const items = links.map((link) => `<li><a href="${escaped(link)}">${escaped(link)}</a></li>`).join("");
  return `<article>
<h2>${escaped(subject)}</h2>
<p>To ${escaped(to)}, <time datetime="${escaped(sentAt)}">${escaped(sentAt)}</time></p>
<pre>
${escaped(text)}</pre>
<ul>${items}</ul>
</article>`;
}
