import { redirect } from "@remix-run/node";
import {
  endSessionOfDeleted,
  isDeleted,
  readSession,
  rememberProfile,
  type Session,
} from "#app/auth/session/session.server.ts";
import { personalHeaders } from "#app/http/headers.ts";
import { notNow } from "#app/http/not-now.server.ts";
import type { TryLater } from "#app/platform/fault.server.ts";

/** The row of `viewer`. */
interface Profile {
  email: string | null;
  isAdmin: boolean;
  isDeleted: boolean;
}

/** What was read for an admin, or why there is nothing to show. */
export type ForAdmins<Data> =
  | { view: "admin"; session: Session; email: string | null; data: Data; setCookie: string | undefined }
  | { view: "refused"; email: string | null; setCookie: string | undefined }
  | ({ view: "unavailable" } & TryLater)
  /** Nobody is signed in; the answer leads to where he can. */
  | { view: "signed out"; answer: Response };

/**
 * Reads something for admins. Who is one is read along with it, so that a right acts from the moment on at which
 * the sync has brought it, and no longer than it lasts.
 * @param read in one round trip: what is asked for, which is nothing for anybody else, and the profile of who asks
 */
export async function readForAdmins<Data>(
  request: Request,
  read: (session: Session) => Promise<{ profile: Profile | undefined; data: Data }>,
): Promise<ForAdmins<Data>> {
  const { pathname } = new URL(request.url);
  try {
    const { session, setCookie } = await readSession(request);
    // The cookie of somebody who was deleted stays as it is: the page for signing in tells him.
    if (!session) return signedOut(`/sign-in?redirectTo=${pathname}`, setCookie);

    const { profile, data } = await read(session);
    if (isDeleted(session, profile)) {
      return signedOut("/sign-in", await endSessionOfDeleted());
    }
    const email = profile ? profile.email : session.email;
    const newest = profile && !session.profileSeen ? await rememberProfile(request, setCookie) : setCookie;
    return profile?.isAdmin
      ? { view: "admin", session, email, data, setCookie: newest }
      : { view: "refused", email, setCookie: newest };
  } catch (error) {
    const unavailable = notNow(`GET ${pathname}`, error);
    return { view: "unavailable", ...unavailable };
  }
}

function signedOut(location: string, setCookie: string | undefined) {
  const answer = redirect(location, { status: 303, headers: personalHeaders(setCookie) });
  return { view: "signed out" as const, answer };
}
