import { redirect } from "@remix-run/node";
import { type WaysIn, waysIn } from "#app/auth/stack/providers.server.ts";
import { StackFault } from "#app/auth/stack/requests.server.ts";
import { personalHeaders } from "#app/http/headers.ts";
import { logOutage } from "#app/platform/log.server.ts";
import { wordsOfProblem } from "#app/routes/auth/oauth/problems.server.ts";
import { redirectToOf } from "./redirect-to.ts";
import { readSession, type SessionRead } from "./session.server.ts";

/** What such a page knows. */
export interface SignedOutData extends WaysIn {
  /** Where to go after a sign-in: a path of this site. */
  redirectTo: string;
  /** Whoever was signed in here a moment ago was deleted. */
  wasDeleted: boolean;
  /** Why a sign-in with one of them came to nothing, in words. */
  problem?: string | undefined;
}

/** The loader of pages that are of no use to somebody who is signed in: he goes where he was heading. */
export async function signedOutOnly(request: Request): Promise<Response> {
  const redirectTo = redirectToOf(request);
  const { session, setCookie, wasDeleted = false } = await readSessionIfPossible(request);
  const headers = personalHeaders(setCookie);
  if (session) return redirect(redirectTo, { status: 303, headers });
  // A magic link is offered until it is known to be switched off: to ask for one is answered with a sentence then.
  const ways = (await waysIn()) ?? { providers: [], magicLinks: true };
  const data: SignedOutData = { redirectTo, wasDeleted, ...ways, problem: wordsOfProblem(request) };
  return Response.json(data, { headers });
}

/** Reads a request's session; nobody is signed in as far as can be told while Stack cannot be asked. */
export async function readSessionIfPossible(request: Request): Promise<SessionRead> {
  return readSession(request).catch((error) => {
    if (!(error instanceof StackFault)) throw error;
    logOutage(`GET ${new URL(request.url).pathname}`, error);
    return {};
  });
}
