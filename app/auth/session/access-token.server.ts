import { decodeJwt, errors, jwtVerify } from "jose";
import type { AccessToken, RestrictedToken } from "#app/auth/provider/auth-provider.ts";
import { AuthFault } from "#app/auth/provider/errors.server.ts";
import { authProvider } from "#app/auth/provider.server.ts";
import { isKeyServerFault, publishedKeys } from "./published-keys.server.ts";

/** A token with an unknown key may be ours: the provider may have replaced its keys. */
type NoAccessToken = "expired" | "unknown key" | "invalid";

/**
 * Verifies a token without asking the provider: signature, issuer, audience, algorithm and lifetime.
 * @throws {AuthFault} when the keys are needed and cannot be had
 */
export async function verifyAccessToken(
  token: string,
): Promise<AccessToken | RestrictedToken | NoAccessToken> {
  const kinds = authProvider().tokenKinds();
  try {
    // Not verified yet: it only chooses which kind the token must be of.
    const { iss } = decodeJwt(token);
    const kind = kinds.find(({ issuer }) => issuer === iss) ?? kinds[0];
    const { issuer, audience, algorithm, keysUrl } = kind;
    const { payload } = await jwtVerify(token, publishedKeys(keysUrl), {
      issuer,
      audience,
      algorithms: [algorithm],
    });
    return kind.read(payload);
  } catch (error) {
    if (error instanceof errors.JWTExpired) return "expired";
    if (error instanceof errors.JWKSNoMatchingKey) return "unknown key";
    if (isKeyServerFault(error)) throw new AuthFault("The provider's keys can't be read", { cause: error });
    return "invalid";
  }
}
