import type { LoaderFunctionArgs } from "@remix-run/node";
import type { Offers } from "#app/auth/provider/auth-provider.ts";
import { authProvider } from "#app/auth/provider.server.ts";
import { readAsUser, toSignIn, type Viewer } from "#app/auth/session/guard.server.ts";
import { readSession, type Session } from "#app/auth/session/session.server.ts";
import { viewerOf } from "#app/auth/session/viewers.server.ts";
import { database } from "#app/db/current.server.ts";
import { personalHeaders, retryHeaders } from "#app/http/headers.ts";
import { notNow } from "#app/http/not-now.server.ts";
import { type Account, accountOf } from "./queries.server.ts";

export type AccountData = (ShownAccount & { view: "account" }) | { view: "unavailable"; message: string };

export interface ShownAccount
  extends Account,
    Pick<Viewer, "email" | "isAdmin">,
    Pick<Offers, "passwords" | "accountDeletion"> {}

export async function readAccount({ request }: LoaderFunctionArgs): Promise<Response> {
  try {
    const asked = await readAsUser(request, await readSession(request), async (session) => {
      const [[[profile], [account]], offers] = await Promise.all([
        database().snapshot(viewerOf(session), accountOf(session)),
        authProvider().offers(),
      ]);
      return { profile, data: { account, offers } };
    });
    if (!asked.isSignedIn) return toSignIn(asked, "/account");
    const { session, viewer, setCookie } = asked;
    const { account, offers } = asked.data;
    const { passwords, accountDeletion } = offers;
    const shown = toShown(session, viewer, account);
    const data: AccountData = { view: "account", ...shown, passwords, accountDeletion };
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
): Account & Pick<Viewer, "email" | "isAdmin"> {
  const isEmailVerified = account.isEmailVerified || (emailVerified && email === tokenEmail);
  return { ...account, isEmailVerified, email, isAdmin };
}
