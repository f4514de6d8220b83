import { z } from "zod";
import { accessTokenExpired, cannotDeleteCurrentSession } from "../access-errors.ts";
import { json, success } from "../answers.ts";
import type { Backend } from "../backend.ts";
import {
  cannotGetOwnUserWithoutUser,
  StatusError,
  schemaError,
  somethingWentWrong,
} from "../known-errors.ts";
import { namedUserId, userIdOrMe } from "../named-user.ts";
import { type Caller, clientOrHigher, endpoint, serverOrHigher } from "../requests.ts";
import {
  endSession,
  type ListedSession,
  longestSessionLifetimeMs,
  sessionLifetimeMs,
  sessionsOf,
} from "../sessions.ts";
import { refreshedAccessToken, signedIn } from "../sign-in.ts";

const listQuery = z.strictObject({ user_id: userIdOrMe });
const sessionParams = z.object({ id: z.uuid() });
const newSessionBody = z.strictObject({
  user_id: userIdOrMe,
  expires_in_millis: z.number().max(longestSessionLifetimeMs).default(sessionLifetimeMs),
  is_impersonation: z.boolean().default(false),
});

export const sessionEndpoints = (backend: Backend) => [
  endpoint(backend, "post", "/auth/sessions/current/refresh", clientOrHigher, async ({ request }) => {
    const refreshToken = request.headers.get("x-stack-refresh-token");
    if (!refreshToken) throw schemaError(request, ["headers.x-stack-refresh-token must be defined"]);
    return json({ access_token: await refreshedAccessToken(backend, request, refreshToken) });
  }),

  endpoint(backend, "delete", "/auth/sessions/current", clientOrHigher, async ({ caller }) => {
    if (!caller.sessionId) throw accessTokenExpired({ expiredAt: new Date() });
    const [ended] = await backend.database.query(endSession(caller.sessionId, null));
    // A bug in Stack: signing out twice is an internal error.
    if (!ended) throw somethingWentWrong();
    return success();
  }),

  endpoint(backend, "get", "/auth/sessions", clientOrHigher, async ({ caller, query }) => {
    const ofUserId = namedUserId(query(listQuery).user_id, caller);
    if (caller.accessType === "client" && ofUserId !== caller.user?.id) {
      throw new StatusError(403, "Client can only list sessions for their own user.");
    }
    const sessions = await backend.database.query(sessionsOf(ofUserId));
    return json({ items: sessions.map((session) => listed(session, caller)), is_paginated: false });
  }),

  endpoint(backend, "post", "/auth/sessions", serverOrHigher, async ({ caller, request, body }) => {
    const wanted = body(newSessionBody);
    return json(
      await signedIn(backend, request, namedUserId(wanted.user_id, caller), {
        lifetimeMs: wanted.expires_in_millis,
        isImpersonation: wanted.is_impersonation,
      }),
    );
  }),

  endpoint(backend, "delete", "/auth/sessions/:id", clientOrHigher, async ({ caller, params }) => {
    const { id } = params(sessionParams);
    if (id === caller.sessionId) throw cannotDeleteCurrentSession();
    if (caller.accessType === "client" && !caller.user) throw cannotGetOwnUserWithoutUser();
    const ofUserId = caller.accessType === "client" ? (caller.user?.id ?? null) : null;
    const [ended] = await backend.database.query(endSession(id, ofUserId));
    if (!ended) throw new StatusError(404, "Session not found.");
    return success();
  }),
];

function listed({ last_used_ip: ip, ...session }: ListedSession, caller: Caller) {
  return {
    ...session,
    is_impersonation: false,
    is_current_session: session.id === caller.sessionId,
    ...(ip !== null && { last_used_at_end_user_ip_info: { ip } }),
  };
}
