import type { LoaderFunctionArgs } from "@remix-run/node";
import { profileOnly, readAsUser } from "#app/auth/session/guard.server.ts";
import { readTokens } from "#app/auth/session/session.server.ts";
import { personalHeaders, retryHeaders } from "#app/http/headers.ts";
import { notNow } from "#app/http/not-now.server.ts";
import { todayOf } from "./todos/details/today.server.ts";
import { partOf } from "./todos/list/linked-todo.server.ts";
import { parseListView } from "./todos/list/views.ts";
import { openPage } from "./todos/live/open-pages.server.ts";

/**
 * Server-sent events with the changes to the part of the list that the query string names, as on `/`. 204 tells a
 * browser not to reconnect: the user is not signed in, or has too many streams.
 */
export async function loader({ request }: LoaderFunctionArgs) {
  try {
    const asked = await readAsUser(request, await readTokens(request), profileOnly);
    const headers = personalHeaders(asked.setCookie);
    if (!asked.isSignedIn) return new Response(null, { status: 204, headers });
    const { session, viewer } = asked;
    const view = parseListView(new URL(request.url).searchParams);
    const { part } = await partOf(view, { userId: session.userId, today: todayOf(request) });
    const isWholeTeam = view.teamFrom !== null;
    const stream = openPage(request, headers, { session, part, isAdmin: viewer.isAdmin, isWholeTeam });
    return stream ?? new Response(null, { status: 204, headers });
  } catch (error) {
    const unavailable = notNow("GET /events", error);
    const headers = retryHeaders(unavailable.retryAfter);
    return new Response(null, { status: 503, headers });
  }
}
