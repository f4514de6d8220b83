import { redirect } from "@remix-run/node";
import { database } from "#app/db/current.server.ts";
import { personalHeaders } from "#app/http/headers.ts";
import {
  endSessionOfDeleted,
  isDeleted,
  rememberProfile,
  type Session,
  type SessionRead,
} from "./session.server.ts";
import { type Profile, viewerOf } from "./viewers.server.ts";

export interface Viewer {
  id: string;
  email: string | null;
  isAdmin: boolean;
}

interface SignedOut extends Omit<SessionRead, "session"> {
  isSignedIn: false;
  wasDeleted: boolean;
}

interface SignedIn<Data> {
  isSignedIn: true;
  session: Session;
  viewer: Viewer;
  /** False until the sync has brought a new user's profile. */
  hasProfile: boolean;
  data: Data;
  setCookie: string | undefined;
}

/**
 * Reads something for a user who is signed in and not deleted. The profile is read along with it, so that rights begin
 * and end as soon as the sync has brought them.
 * @param read in one round trip: the row of `viewerOf`, and data that this user may see
 */
export async function readAsUser<Data>(
  request: Request,
  { session, setCookie, wasDeleted = false }: SessionRead,
  read: (session: Session) => Promise<{ profile: Profile | undefined; data: Data }>,
): Promise<SignedIn<Data> | SignedOut> {
  if (!session) return { isSignedIn: false, wasDeleted, setCookie };
  const { profile, data } = await read(session);
  if (isDeleted(session, profile)) {
    return { isSignedIn: false, wasDeleted: true, setCookie: await endSessionOfDeleted() };
  }
  return {
    isSignedIn: true,
    session,
    viewer: {
      id: session.userId,
      email: profile ? profile.email : session.email,
      isAdmin: profile?.isAdmin ?? false,
    },
    hasProfile: profile !== undefined,
    data,
    setCookie: profile && !session.profileSeen ? await rememberProfile(request, setCookie) : setCookie,
  };
}

/** For `readAsUser` where nothing else is read. */
export async function profileOnly(session: Session) {
  const [profile] = await database().query(viewerOf(session));
  return { profile, data: undefined };
}

/** @param path where to go after the sign-in, unless the account has just been deleted */
export function toSignIn({ wasDeleted, setCookie }: Omit<SessionRead, "session">, path: string): Response {
  const location = wasDeleted && setCookie ? "/sign-in" : `/sign-in?redirectTo=${path}`;
  return redirect(location, { status: 303, headers: personalHeaders(setCookie) });
}
