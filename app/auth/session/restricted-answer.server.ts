import { redirect } from "@remix-run/node";
import { personalHeaders } from "#app/http/headers.ts";
import { codeParameters } from "#app/http/mailed-code.ts";
import { safeRedirectTo, withRedirectTo } from "./redirect-to.ts";

/** To where restricted users can verify their address, and back afterwards. */
export function restrictedAnswer(request: Request, setCookie: string | undefined): Response {
  const { pathname, searchParams } = new URL(request.url);
  // A mailed code is a secret between the email and its page.
  for (const name of codeParameters) searchParams.delete(name);
  const search = searchParams.size > 0 ? `?${searchParams}` : "";
  const path = withRedirectTo("/verify-email", safeRedirectTo(pathname + search));
  return redirect(path, { status: 303, headers: personalHeaders(setCookie) });
}
