import { redirect } from "@remix-run/node";
import {
  endSessionOfDeleted,
  isDeleted,
  readSession,
  rememberProfile,
  type Session,
} from "#app/auth/session/session.server.ts";
import { database } from "#app/db/current.server.ts";
import { personalHeaders, retryHeaders } from "#app/http/headers.ts";
import { notNow } from "#app/http/not-now.server.ts";
import { type Account, accountOf } from "./queries.server.ts";

/** What `/account` shows. */
export type AccountData = (ShownAccount & { view: "account" }) | { view: "unavailable"; message: string };

export type ShownAccount = Omit<Account, "isDeleted">;

/** Answers with the account of who asks. Stack is not asked. */
export async function readAccount(request: Request): Promise<Response> {
  try {
    const { session, setCookie } = await readSession(request);
    // The cookie of somebody who was deleted stays as it is: the page for signing in tells him.
    if (!session) return toSignIn(setCookie);

    const [account] = await database().query(accountOf(session));
    if (isDeleted(session, account)) return farewell("/sign-in");
    const newest = account && !session.profileSeen ? await rememberProfile(request, setCookie) : setCookie;
    const data: AccountData = { view: "account", ...toShown(session, account) };
    return Response.json(data, { headers: personalHeaders(newest) });
  } catch (error) {
    const unavailable = notNow("GET /account", error);
    const headers = retryHeaders(unavailable.retryAfter);
    const data: AccountData = { view: "unavailable", message: unavailable.message };
    return Response.json(data, { status: 503, headers });
  }
}

/**
 * Sends somebody on who is not signed in, or not any more.
 * @param path where he wanted to go
 */
export function toSignIn(setCookie: string | undefined, path = "/account"): Response {
  return redirect(`/sign-in?redirectTo=${path}`, { status: 303, headers: personalHeaders(setCookie) });
}

/** Signs out somebody who was deleted, and lets the next page tell him. */
export async function farewell(path: "/" | "/sign-in"): Promise<Response> {
  return redirect(path, { status: 303, headers: personalHeaders(await endSessionOfDeleted()) });
}

/** The token speaks until the profile is there, and of a verification also later: that is no event to the sync. */
function toShown(session: Session, account: Account | undefined): ShownAccount {
  const { email, emailVerified, name } = session;
  if (!account) return { email, isEmailVerified: emailVerified, name, hasPassword: true, isAdmin: false };
  const { isDeleted: _, ...shown } = account;
  return { ...shown, isEmailVerified: shown.isEmailVerified || (emailVerified && email === shown.email) };
}
