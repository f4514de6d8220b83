import { redirect } from "@remix-run/node";
import { AuthFault } from "#app/auth/provider/errors.server.ts";
import { personalHeaders } from "#app/http/headers.ts";
import { logOutage } from "#app/platform/log.server.ts";
import { redirectToOf } from "./redirect-to.ts";
import { tryCookies } from "./required-cookies.server.ts";
import { readSession, type SessionRead } from "./session.server.ts";

export interface SignedOutData {
  redirectTo: string;
  wasDeleted: boolean;
}

/** For pages that are of no use to signed-in users, who go where they were heading. */
export async function signedOutOnly<Data>(request: Request, read: () => Promise<Data>): Promise<Response> {
  const redirectTo = redirectToOf(request);
  const { session, setCookie, wasDeleted = false } = await readSessionIfPossible(request);
  const headers = personalHeaders(setCookie);
  if (session) return redirect(redirectTo, { status: 303, headers });
  const tried = setCookie ? undefined : await tryCookies(request);
  if (tried) headers.append("Set-Cookie", tried);
  const data: SignedOutData & Data = { redirectTo, wasDeleted, ...(await read()) };
  return Response.json(data, { headers });
}

/** Treats users as signed out while the provider cannot be reached. */
export async function readSessionIfPossible(request: Request): Promise<SessionRead> {
  return readSession(request).catch((error) => {
    if (!(error instanceof AuthFault)) throw error;
    logOutage(`GET ${new URL(request.url).pathname}`, error);
    return {};
  });
}
