import { environment } from "#app/platform/environment.server.ts";
import { withRedirectTo } from "./session/redirect-to.ts";
import { StackRefusal } from "./stack/app.server.ts";

/**
 * Where a mail's link leads: to a page of ours, whatever host the request was sent to. Stack adds `code` to the query.
 * @param path the page's
 * @param redirectTo where to go when that is done; a path of this site
 */
export function callbackUrl(path: string, redirectTo: string): string {
  return environment().appOrigin + withRedirectTo(path, redirectTo);
}

/** Whether a page was opened by a mail's link. */
export function hasMailedCode(request: Request): boolean {
  return Boolean(new URL(request.url).searchParams.get("code"));
}

/**
 * The code of the mail whose link opened a page.
 * @throws {StackRefusal} as Stack's, when there is none, or something that is no code
 */
export function mailedCodeOf(request: Request): string {
  const code = new URL(request.url).searchParams.get("code") ?? "";
  // Stack looks it up as it is, and NUL is more than its database can bear.
  if (!/^[0-9a-z]+$/i.test(code)) throw new StackRefusal("VERIFICATION_CODE_NOT_FOUND");
  return code;
}
