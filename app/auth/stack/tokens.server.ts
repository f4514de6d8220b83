import type { JWTPayload } from "jose";
import { z } from "zod";
import {
  type AccessToken,
  commonClaims,
  type RestrictedToken,
  type TokenKind,
} from "#app/auth/provider/auth-provider.ts";
import { environment } from "#app/platform/environment.server.ts";
import { askStack, refusalAsFault, undefinedIfRefused, withinLimit } from "./client.server.ts";

const refreshLimitMs = 3_000;
const refreshedSchema = z.object({ access_token: z.string() });

/** Refresh tokens do not rotate. */
export function refresh(refreshToken: string, limitMs = refreshLimitMs): Promise<string | undefined> {
  return withinLimit(limitMs, async () => {
    const path = "/auth/sessions/current/refresh";
    const answer = await askStack(refreshedSchema, path, { method: "POST", tokens: { refreshToken } });
    return answer.access_token;
  })
    .catch(refusalAsFault)
    .catch(undefinedIfRefused("REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED"));
}

const claimsSchema = commonClaims.extend({
  email_verified: z.boolean().nullish(),
  signed_up_at: z.number().nullish(),
  // The app makes no anonymous users.
  is_anonymous: z.literal(false).nullish(),
  is_restricted: z.boolean().nullish(),
  restricted_reason: z.object({ type: z.string() }).nullish(),
});

/**
 * Stack has keys for each kind of user, but lists those for restricted users together with the others. So that list
 * verifies restricted tokens only: no key for restricted users can sign a normal token. A key for normal users can sign
 * a restricted token, which is worth less than its own.
 * @see https://docs.stack-auth.com/docs/concepts/jwt
 */
export function tokenKinds(): [TokenKind, TokenKind] {
  const { apiUrl, projectId } = environment().stack;
  const keysUrl = `${apiUrl}/api/v1/projects/${projectId}/.well-known/jwks.json`;
  const algorithm = "ES256";
  return [
    { issuer: `${apiUrl}/api/v1/projects/${projectId}`, audience: projectId, algorithm, keysUrl, read },
    {
      issuer: `${apiUrl}/api/v1/projects-restricted-users/${projectId}`,
      audience: `${projectId}:restricted`,
      algorithm,
      keysUrl: `${keysUrl}?include_restricted=true`,
      read: readRestricted,
    },
  ];
}

function read(payload: JWTPayload): AccessToken {
  const claims = claimsSchema.extend({ is_restricted: z.literal(false).nullish() }).parse(payload);
  return {
    userId: claims.sub,
    email: claims.email ?? null,
    emailVerified: claims.email_verified ?? false,
    name: claims.name ?? null,
    signedUpAt: claims.signed_up_at ?? undefined,
    expiresAt: claims.exp,
  };
}

function readRestricted(payload: JWTPayload): RestrictedToken {
  const claims = claimsSchema.extend({ is_restricted: z.literal(true).nullish() }).parse(payload);
  const isUnverified = claims.restricted_reason?.type === "email_not_verified";
  return {
    ...read({ ...payload, is_restricted: false }),
    restriction: isUnverified ? "unverified" : "administrator",
  };
}
