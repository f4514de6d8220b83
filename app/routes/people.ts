import type { LoaderFunctionArgs } from "@remix-run/node";
import { readAsUser, toSignIn } from "#app/auth/session/guard.server.ts";
import { readSession } from "#app/auth/session/session.server.ts";
import { viewerOf } from "#app/auth/session/viewers.server.ts";
import { database } from "#app/db/current.server.ts";
import { personalHeaders, retryHeaders } from "#app/http/headers.ts";
import { notNow } from "#app/http/not-now.server.ts";
import { countSearchForPeople } from "#app/limits/limits.server.ts";
import { trimmed } from "#app/platform/visible-text.ts";
import { peopleLike } from "#app/profiles/people.server.ts";
import { shortestPrefix } from "#app/profiles/people.ts";

/** The users whose name or email begins with `?q=`, as JSON; none for a shorter one than `shortestPrefix`. */
export async function loader({ request }: LoaderFunctionArgs) {
  // Postgres knows no NUL.
  const prefix = trimmed((new URL(request.url).searchParams.get("q") ?? "").replaceAll("\0", ""));
  try {
    const asked = await readAsUser(request, await readSession(request), async (session) => {
      await countSearchForPeople(session.userId);
      const isLongEnough = [...prefix].length >= shortestPrefix;
      const [[profile], data = []] = await database().snapshot(
        viewerOf(session),
        ...(isLongEnough ? [peopleLike(session, prefix)] : []),
      );
      return { profile, data };
    });
    if (!asked.isSignedIn) return toSignIn(asked, "/");
    return Response.json(asked.data, { headers: personalHeaders(asked.setCookie) });
  } catch (error) {
    const { status, message, retryAfter } = notNow("GET /people", error);
    return Response.json({ message }, { status, headers: retryHeaders(retryAfter) });
  }
}
