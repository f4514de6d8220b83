import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import { z } from "zod";
import { environment } from "#app/environment.server.ts";
import { logOutage } from "#app/http/unavailable.server.ts";
import { StackFault } from "./stack-requests.server.ts";

/** What a verified access token says. */
export interface AccessToken {
  userId: string;
  email: string | null;
  emailVerified: boolean;
  name: string | null;
  /** Seconds since 1970; undefined where the token does not say when the account was made. */
  signedUpAt: number | undefined;
  /** Seconds since 1970. */
  expiresAt: number;
}

/**
 * Why a token is no good: `"expired"` was good once, `"unknown key"` is signed with a key that Stack does not
 * publish, or not any more, and `"invalid"` never was ours.
 */
export type NoAccessToken = "expired" | "unknown key" | "invalid";

const claimsSchema = z.object({
  sub: z.string().min(1),
  email: z.string().nullish(),
  email_verified: z.boolean().nullish(),
  name: z.string().nullish(),
  signed_up_at: z.number().nullish(),
  exp: z.number(),
});

/** Stack lets its keys be cached for an hour. */
const keysMaxAgeMs = 60 * 60 * 1_000;
let keySet: ReturnType<typeof createRemoteJWKSet> | undefined;
let keysReadAt = 0;

/**
 * Verifies a token without asking Stack: signature, issuer, audience, algorithm and lifetime.
 * @throws {StackFault} when the keys are needed and cannot be had
 * @see https://docs.stack-auth.com/docs/concepts/jwt
 */
export async function verifyAccessToken(token: string): Promise<AccessToken | NoAccessToken> {
  const { apiUrl, projectId } = environment().stack;
  try {
    const { payload } = await jwtVerify(token, keys(), {
      issuer: `${apiUrl}/api/v1/projects/${projectId}`,
      audience: projectId,
      algorithms: ["ES256"],
    });
    const claims = claimsSchema.parse(payload);
    return {
      userId: claims.sub,
      email: claims.email ?? null,
      emailVerified: claims.email_verified ?? false,
      name: claims.name ?? null,
      signedUpAt: claims.signed_up_at ?? undefined,
      expiresAt: claims.exp,
    };
  } catch (error) {
    if (error instanceof errors.JWTExpired) return "expired";
    if (error instanceof errors.JWKSNoMatchingKey) return "unknown key";
    if (isKeyServerFault(error)) throw new StackFault("Stack's keys could not be read", { cause: error });
    return "invalid";
  }
}

/**
 * The project's public keys. Old ones go on being used while newer ones cannot be read, so that page views
 * do not depend on Stack being up; a token signed with an unknown key makes jose read them at once.
 */
function keys() {
  if (!keySet) {
    const { apiUrl, projectId } = environment().stack;
    keySet = createRemoteJWKSet(new URL(`${apiUrl}/api/v1/projects/${projectId}/.well-known/jwks.json`), {
      cacheMaxAge: Number.POSITIVE_INFINITY,
      // New keys count at once. Only a token out of a cookie of ours gets here, and requests share one reading.
      cooldownDuration: 0,
      timeoutDuration: 3_000,
    });
    keysReadAt = Date.now();
  } else if (Date.now() - keysReadAt > keysMaxAgeMs) {
    keysReadAt = Date.now();
    keySet.reload().catch((error) => logOutage("Reading Stack's keys again", error));
  }
  return keySet;
}

/** Whatever fails while keys are fetched, and is not about this token. */
function isKeyServerFault(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return true;
  if (error instanceof errors.JOSEError) return error.code === "ERR_JOSE_GENERIC";
  return error instanceof TypeError;
}
