import type { JWTPayload } from "jose";
import { z } from "zod";
import {
  type AccessToken,
  commonClaims,
  type RestrictedToken,
  type TokenKind,
  type Tokens,
} from "#app/auth/provider/auth-provider.ts";
import { AuthFault, AuthRefusal } from "#app/auth/provider/errors.server.ts";
import { environment } from "#app/platform/environment.server.ts";
import { readNeon } from "./client.server.ts";

// The refresh token of our cookie is the cookie of Neon Auth's session, as `name=value`. It does not rotate.

const refreshLimitMs = 3_000;
const tokenSchema = z.object({ token: z.string().min(1) });

export async function refresh(session: string, limitMs = refreshLimitMs): Promise<string | undefined> {
  try {
    return (await readNeon(tokenSchema, "/token", { session }, limitMs)).token;
  } catch (error) {
    if (!(error instanceof AuthRefusal)) throw error;
    if (error.code === "CANNOT_GET_OWN_USER_WITHOUT_USER") return undefined;
    throw new AuthFault(`Neon Auth refused a token with ${error.code}`);
  }
}

/** @throws {AuthFault} for a session that has just started, and is no good */
export async function tokensOf(session: string): Promise<Tokens> {
  const accessToken = await refresh(session);
  if (!accessToken) throw new AuthFault("Neon Auth gave no token");
  return { accessToken, refreshToken: session };
}

const claimsSchema = commonClaims.extend({
  emailVerified: z.boolean().nullish(),
  banned: z.boolean().nullish(),
  createdAt: z.string().nullish(),
});

/** @see https://neon.com/docs/auth/guides/plugins/jwt */
export function tokenKinds(): [TokenKind] {
  const { neonAuthUrl = "" } = environment();
  const { origin } = new URL(neonAuthUrl);
  const keysUrl = `${neonAuthUrl}/.well-known/jwks.json`;
  return [{ issuer: origin, audience: origin, algorithm: "EdDSA", keysUrl, read }];
}

function read(payload: JWTPayload): AccessToken | RestrictedToken {
  const claims = claimsSchema.parse(payload);
  return {
    userId: claims.sub,
    email: claims.email ?? null,
    emailVerified: claims.emailVerified ?? false,
    name: claims.name || null,
    signedUpAt: secondsOf(claims.createdAt ?? ""),
    expiresAt: claims.exp,
    ...(claims.banned && { restriction: "administrator" as const }),
  };
}

/** Neon's documents do not name this claim. */
function secondsOf(time: string): number | undefined {
  return Math.floor(Date.parse(time) / 1_000) || undefined;
}
