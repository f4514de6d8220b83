import { remixHeaders } from "#app/http/remix-data.ts";
import { type Answer, app } from "./app.ts";

/** What no answer may contain: where the code is, how data is stored, how services are reached. */
const inner =
  /node_modules|\bat [\w.<>]+ \(|\.server\.[jt]s|postgres(ql)?:\/\/|users_sync|undoable_todos|select \w+|insert into|ECONNREFUSED|ZodError|SyntaxError|TypeError/;

const secrets = [app.stackSecretServerKey, app.sessionSecret, app.webhookSecret, app.databaseUrl];

/** What is wrong with an answer to any request. */
export function flawsOf({ status, headers, body }: Answer): string[] {
  const flaws: string[] = [];
  if (status >= 500) flaws.push(`status ${status}`);
  const text = `${JSON.stringify(headers)}\n${body}`;
  const leak = inner.exec(text)?.[0] ?? secrets.find((secret) => text.includes(secret));
  if (leak) flaws.push(`tells "${leak}"`);
  if (headers["x-content-type-options"] !== "nosniff") flaws.push("may be sniffed");
  const policy = String(headers["content-security-policy"]);
  if (!policy.startsWith("default-src 'none'") || policy.includes("unsafe")) flaws.push(`policy ${policy}`);
  if (headers["content-type"]?.startsWith("text/html") && /<script>steal|<img src=x|<svg onload/.test(body)) {
    flaws.push("repeats what was typed as HTML");
  }
  const location = headers.location ?? headers[remixHeaders.redirect.toLowerCase()];
  if (location !== undefined && !isOwnPath(String(location))) flaws.push(`leads to ${location}`);
  return flaws;
}

/** Whether the browser stays on this site; only a sign-in through a provider leads away, to Stack. */
function isOwnPath(location: string): boolean {
  if (location.startsWith(`${app.stackApiUrl}/api/v1/auth/oauth/authorize/`)) return true;
  return /^\/(?![/\\])/.test(location) && new URL(location, app.appUrl).origin === app.appUrl;
}
