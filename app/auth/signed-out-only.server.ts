import { redirect } from "@remix-run/node";
import { personalHeaders } from "#app/http/headers.ts";
import { logOutage } from "#app/http/unavailable.server.ts";
import { redirectToOf } from "./redirect-to.ts";
import { readSession } from "./session.server.ts";
import { StackFault } from "./stack-requests.server.ts";

/** What such a page knows. */
export interface SignedOutData {
  /** Where to go after a sign-in: a path of this site. */
  redirectTo: string;
  /** Whoever was signed in here a moment ago was deleted. */
  wasDeleted: boolean;
}

/** The loader of pages that are of no use to somebody who is signed in: he goes where he was heading. */
export async function signedOutOnly(request: Request): Promise<Response> {
  const redirectTo = redirectToOf(request);
  const { session, setCookie, wasDeleted } = await readSession(request).catch((error) => {
    if (!(error instanceof StackFault)) throw error;
    logOutage(`GET ${new URL(request.url).pathname}`, error);
    return { session: undefined, setCookie: undefined, wasDeleted: false };
  });
  const headers = personalHeaders(setCookie);
  return session
    ? redirect(redirectTo, { status: 303, headers })
    : Response.json({ redirectTo, wasDeleted: wasDeleted ?? false } satisfies SignedOutData, { headers });
}
