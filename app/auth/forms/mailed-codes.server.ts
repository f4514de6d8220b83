import { AuthRefusal } from "#app/auth/provider/errors.server.ts";
import { withRedirectTo } from "#app/auth/session/redirect-to.ts";
import { environment } from "#app/platform/environment.server.ts";

/** Where a mailed link leads: to our own origin, not to the request's host. The provider adds `code` to the query. */
export function callbackUrl(path: string, redirectTo: string): string {
  return environment().appOrigin + withRedirectTo(path, redirectTo);
}

export function hasMailedCode(request: Request): boolean {
  return Boolean(new URL(request.url).searchParams.get("code"));
}

/**
 * The code of the mailed link that opened a page.
 * @throws {AuthRefusal} as the provider's, when there is none
 */
export function mailedCodeOf(request: Request): string {
  const code = new URL(request.url).searchParams.get("code") ?? "";
  // Stack looks it up unchecked, and its database fails on NUL.
  if (!/^[0-9a-z]+$/i.test(code)) throw new AuthRefusal("VERIFICATION_CODE_NOT_FOUND");
  return code;
}
