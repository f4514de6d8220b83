import { createRemoteJWKSet, errors } from "jose";
import { logOutage } from "#app/platform/log.server.ts";

/** Stack lets its keys be cached for an hour. */
const maxAgeMs = 60 * 60 * 1_000;

const keySets = new Map<string, { keySet: ReturnType<typeof createRemoteJWKSet>; readAt: number }>();

/** Old keys stay in use while new ones cannot be read, so that page views do not depend on the provider. */
export function publishedKeys(url: string) {
  const known = keySets.get(url);
  if (known && Date.now() - known.readAt <= maxAgeMs) return known.keySet;
  const keySet =
    known?.keySet ??
    createRemoteJWKSet(new URL(url), {
      cacheMaxAge: Number.POSITIVE_INFINITY,
      // A token with an unknown key makes jose read again at once. Only tokens from our own cookies get here.
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
