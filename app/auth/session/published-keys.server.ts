import { createRemoteJWKSet, errors } from "jose";
import { logOutage } from "#app/platform/log.server.ts";

/** Stack lets its keys be cached for an hour. */
const maxAgeMs = 60 * 60 * 1_000;

const keySets = new Map<string, { keySet: ReturnType<typeof createRemoteJWKSet>; readAt: number }>();

/**
 * The public keys at a URL. Old ones stay in use while newer ones cannot be read, so that page views do not depend on
 * the provider; a token signed with an unknown key makes jose read them at once.
 */
export function publishedKeys(url: string) {
  const known = keySets.get(url);
  if (known && Date.now() - known.readAt <= maxAgeMs) return known.keySet;
  const keySet =
    known?.keySet ??
    createRemoteJWKSet(new URL(url), {
      cacheMaxAge: Number.POSITIVE_INFINITY,
      // New keys count at once. Only a token out of a cookie of ours gets here, and requests share one reading.
      cooldownDuration: 0,
      timeoutDuration: 3_000,
    });
  keySets.set(url, { keySet, readAt: Date.now() });
  if (known) keySet.reload().catch((error) => logOutage("Reading the provider's keys again", error));
  return keySet;
}

/** Whether reading the keys failed, rather than the token. */
export function isKeyServerFault(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return true;
  if (error instanceof errors.JOSEError) return error.code === "ERR_JOSE_GENERIC";
  return error instanceof TypeError;
}
