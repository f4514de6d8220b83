import type { LoaderFunctionArgs } from "@remix-run/node";
import { profileOnly, readAsUser } from "#app/auth/session/guard.server.ts";
import { readTokens } from "#app/auth/session/session.server.ts";
import { personalHeaders, retryHeaders } from "#app/http/headers.ts";
import { notNow } from "#app/http/not-now.server.ts";
import { openPage } from "#app/routes/todos/live/open-pages.server.ts";
import { partOf } from "./todos/list/linked-todo.server.ts";
import { parseListView } from "./todos/list/views.ts";

/**
 * The changes to the list, as server-sent events, for the part of it that the query string names as it does on `/`.
 * 204 tells a browser not to come back by itself: nobody is signed in, or nobody who may see the list yet, or there
 * are too many streams already.
 */
export async function loader({ request }: LoaderFunctionArgs) {
  try {
    const asked = await readAsUser(request, await readTokens(request), profileOnly);
    const headers = personalHeaders(asked.setCookie);
    if (!asked.isSignedIn) return new Response(null, { status: 204, headers });
    const { session, viewer } = asked;
    const view = parseListView(new URL(request.url).searchParams);
    const { part } = await partOf(view, session.userId);
    const isWholeTeam = view.teamFrom !== null;
    const stream = openPage(request, headers, { session, part, isAdmin: viewer.isAdmin, isWholeTeam });
    return stream ?? new Response(null, { status: 204, headers });
  } catch (error) {
    const unavailable = notNow("GET /events", error);
    const headers = retryHeaders(unavailable.retryAfter);
    return new Response(null, { status: 503, headers });
  }
}
