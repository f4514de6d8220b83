import { AuthRefusal } from "#app/auth/provider/errors.server.ts";
import { withRedirectTo } from "#app/auth/session/redirect-to.ts";
import { codeIn } from "#app/http/mailed-code.ts";
import { environment } from "#app/platform/environment.server.ts";

/** On our own origin, as anyone can choose a request's host. */
export function callbackUrl(path: string, redirectTo: string): string {
  return environment().appOrigin + withRedirectTo(path, redirectTo);
}

export function hasMailedCode(request: Request): boolean {
  return codeIn(new URL(request.url).searchParams) !== "";
}

/** @throws {AuthRefusal} as the provider would, if there is none */
export function mailedCodeOf(request: Request): string {
  const code = codeIn(new URL(request.url).searchParams);
  // Stack looks it up unchecked, and its database fails on NUL.
  if (!/^[0-9a-z]+$/i.test(code)) throw new AuthRefusal("VERIFICATION_CODE_NOT_FOUND");
  return code;
}
