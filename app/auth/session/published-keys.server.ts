import { createRemoteJWKSet, errors } from "jose";
import { environment } from "#app/platform/environment.server.ts";
import { logOutage } from "#app/platform/log.server.ts";

/** Stack lets its keys be cached for an hour. */
const maxAgeMs = 60 * 60 * 1_000;

/**
 * A set of the project's public keys. Old ones go on being used while newer ones cannot be read, so that page views
 * do not depend on Stack being up; a token signed with an unknown key makes jose read them at once.
 * @param search which keys Stack is asked for, as `?include_restricted=true`
 * @returns what gives the set, at its first call a new one
 */
export function publishedKeys(search = "") {
  let keySet: ReturnType<typeof createRemoteJWKSet> | undefined;
  let readAt = 0;
  return () => {
    if (!keySet) {
      const { apiUrl, projectId } = environment().stack;
      const url = new URL(`${apiUrl}/api/v1/projects/${projectId}/.well-known/jwks.json${search}`);
      keySet = createRemoteJWKSet(url, {
        cacheMaxAge: Number.POSITIVE_INFINITY,
        // New keys count at once. Only a token out of a cookie of ours gets here, and requests share one reading.
        cooldownDuration: 0,
        timeoutDuration: 3_000,
      });
      readAt = Date.now();
    } else if (Date.now() - readAt > maxAgeMs) {
      readAt = Date.now();
      keySet.reload().catch((error) => logOutage("Reading Stack's keys again", error));
    }
    return keySet;
  };
}

/** Whatever fails while keys are fetched, and is not about the token. */
export function isKeyServerFault(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return true;
  if (error instanceof errors.JOSEError) return error.code === "ERR_JOSE_GENERIC";
  return error instanceof TypeError;
}
