import type { LoaderFunctionArgs } from "@remix-run/node";
import { readAsUser, toSignIn, type Viewer } from "#app/auth/session/guard.server.ts";
import { readSession, type Session } from "#app/auth/session/session.server.ts";
import { viewerOf } from "#app/auth/session/viewers.server.ts";
import { database } from "#app/db/current.server.ts";
import { personalHeaders, retryHeaders } from "#app/http/headers.ts";
import { notNow } from "#app/http/not-now.server.ts";
import { type Account, accountOf } from "./queries.server.ts";

export type AccountData = (ShownAccount & { view: "account" }) | { view: "unavailable"; message: string };

export interface ShownAccount extends Account, Pick<Viewer, "email" | "isAdmin"> {}

export async function readAccount({ request }: LoaderFunctionArgs): Promise<Response> {
  try {
    const asked = await readAsUser(request, await readSession(request), async (session) => {
      const [[profile], [account]] = await database().snapshot(viewerOf(session), accountOf(session));
      return { profile, data: account };
    });
    if (!asked.isSignedIn) return toSignIn(asked, "/account");
    const { session, viewer, data: account, setCookie } = asked;
    const data: AccountData = { view: "account", ...toShown(session, viewer, account) };
    return Response.json(data, { headers: personalHeaders(setCookie) });
  } catch (error) {
    const { status, message, retryAfter } = notNow("GET /account", error);
    const data: AccountData = { view: "unavailable", message };
    return Response.json(data, { status, headers: retryHeaders(retryAfter) });
  }
}

/** The token counts until the profile is there, and for a verified email even later: the sync may not hear of that. */
function toShown(
  { emailVerified, name, email: tokenEmail }: Session,
  { email, isAdmin }: Viewer,
  account: Account = { isEmailVerified: false, name, hasPassword: true },
): ShownAccount {
  const isEmailVerified = account.isEmailVerified || (emailVerified && email === tokenEmail);
  return { ...account, isEmailVerified, email, isAdmin };
}
