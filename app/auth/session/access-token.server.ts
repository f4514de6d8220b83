import { decodeJwt, errors, jwtVerify } from "jose";
import { z } from "zod";
import { StackFault } from "#app/auth/stack/requests.server.ts";
import { environment } from "#app/platform/environment.server.ts";
import { isKeyServerFault, publishedKeys } from "./published-keys.server.ts";

/** What every verified access token says. */
interface Claims {
  userId: string;
  email: string | null;
  emailVerified: boolean;
  name: string | null;
  /** Seconds since 1970; undefined where the token does not say when the account was made. */
  signedUpAt: number | undefined;
  /** Seconds since 1970. */
  expiresAt: number;
}

/** The token of a user who may use the app. */
export interface AccessToken extends Claims {
  restriction?: undefined;
}

/**
 * What keeps a user out for the time being: the project wants verified e-mail addresses and his is not, or anything
 * else, which is for the people who run the project to take away.
 */
export type Restriction = "unverified" | "administrator";

/** The token of a user who may do nothing yet. It fits nowhere where an AccessToken is asked for. */
export interface RestrictedToken extends Claims {
  restriction: Restriction;
}

/**
 * Why a token is no good: `"expired"` was good once, `"unknown key"` is signed with a key that Stack does not
 * publish, or not any more, and `"invalid"` never was ours.
 */
export type NoAccessToken = "expired" | "unknown key" | "invalid";

const claimsSchema = z.object({
  sub: z.string().min(1),
  // Of a list one entry would be enough to jose.
  aud: z.string(),
  email: z.string().nullish(),
  email_verified: z.boolean().nullish(),
  name: z.string().nullish(),
  signed_up_at: z.number().nullish(),
  exp: z.number(),
  is_anonymous: z.literal(false).nullish(),
  is_restricted: z.boolean().nullish(),
  restricted_reason: z.object({ type: z.string() }).nullish(),
});

/**
 * Stack signs the tokens of each kind of user with keys of their own, but does not say which of the published keys
 * is for which kind. The keys for restricted users come in one list with the others, so that list is read for
 * restricted tokens alone: with a key for those no token passes as a normal one. The other way round, a key for
 * normal users could sign a restricted token; that would be worth less than what it may sign.
 */
const kinds = {
  normal: { issuer: "projects", audienceSuffix: "", keys: publishedKeys() },
  restricted: {
    issuer: "projects-restricted-users",
    audienceSuffix: ":restricted",
    keys: publishedKeys("?include_restricted=true"),
  },
};

/**
 * Verifies a token without asking Stack: signature, issuer, audience, algorithm and lifetime. A token of an
 * anonymous user is `"invalid"`: the app makes none.
 * @throws {StackFault} when the keys are needed and cannot be had
 * @see https://docs.stack-auth.com/docs/concepts/jwt
 */
export async function verifyAccessToken(
  token: string,
): Promise<AccessToken | RestrictedToken | NoAccessToken> {
  const { apiUrl, projectId } = environment().stack;
  const issuerOf = (kind: keyof typeof kinds) => `${apiUrl}/api/v1/${kinds[kind].issuer}/${projectId}`;
  try {
    // What is read before the signature is verified only chooses which kind it has to be of.
    const kind = decodeJwt(token).iss === issuerOf("restricted") ? "restricted" : "normal";
    const { payload } = await jwtVerify(token, kinds[kind].keys(), {
      issuer: issuerOf(kind),
      audience: projectId + kinds[kind].audienceSuffix,
      algorithms: ["ES256"],
    });
    const claims = claimsSchema.parse(payload);
    const isRestricted = kind === "restricted";
    if ((claims.is_restricted ?? isRestricted) !== isRestricted) return "invalid";
    const said: Claims = {
      userId: claims.sub,
      email: claims.email ?? null,
      emailVerified: claims.email_verified ?? false,
      name: claims.name ?? null,
      signedUpAt: claims.signed_up_at ?? undefined,
      expiresAt: claims.exp,
    };
    return isRestricted ? { ...said, restriction: restrictionOf(claims.restricted_reason?.type) } : said;
  } catch (error) {
    if (error instanceof errors.JWTExpired) return "expired";
    if (error instanceof errors.JWKSNoMatchingKey) return "unknown key";
    if (isKeyServerFault(error)) throw new StackFault("Stack's keys could not be read", { cause: error });
    return "invalid";
  }
}

function restrictionOf(reason: string | undefined): Restriction {
  return reason === "email_not_verified" ? "unverified" : "administrator";
}
