import {
  createLocalJWKSet,
  decodeJwt,
  errors,
  generateKeyPair,
  type JWTPayload,
  jwtVerify,
  SignJWT,
  UnsecuredJWT,
} from "jose";
import { z } from "zod";
import type { StackProject } from "#app/platform/environment.server.ts";
import { accessTokenExpired, unparsableAccessToken } from "./access-errors.ts";
import type { ServerUser } from "./server-user.ts";
import type { PublicJwk, SigningKeys, UserType } from "./signing-keys.ts";

/** Claims that override a real token's; `sub` is the user's id. */
export type Claims = JWTPayload & { sub: string };

/** The project's current key, another key under its id, or none (`alg: none`). */
export type Signer = "project" | "stranger" | "nobody";

const verifiedTokenSchema = z.object({
  sub: z.string(),
  project_id: z.string(),
  refresh_token_id: z.string(),
  is_anonymous: z.boolean(),
  restricted_reason: z.object({ type: z.string() }).nullable(),
});
type VerifiedToken = z.infer<typeof verifiedTokenSchema>;

const suffixes: Record<UserType, { issuer: string; audience: string }> = {
  normal: { issuer: "", audience: "" },
  restricted: { issuer: "-restricted-users", audience: ":restricted" },
  anonymous: { issuer: "-anonymous-users", audience: ":anon" },
};

export class AccessTokens {
  constructor(
    private readonly project: StackProject,
    private readonly keys: Record<UserType, SigningKeys>,
    private readonly lifetimeSeconds: number,
  ) {}

  publicKeys(userTypes: readonly UserType[]): PublicJwk[] {
    return userTypes.flatMap((userType) => this.keys[userType].published);
  }

  /** The access token that Stack would issue for a session. */
  mint(user: ServerUser, sessionId: string): Promise<string> {
    return this.sign({
      sub: user.id,
      refresh_token_id: sessionId,
      name: user.display_name,
      email: user.primary_email,
      email_verified: user.primary_email_verified,
      selected_team_id: user.selected_team_id,
      signed_up_at: Math.floor(user.signed_up_at_millis / 1_000),
      is_anonymous: user.is_anonymous,
      is_restricted: user.is_restricted,
      restricted_reason: user.restricted_reason,
      requires_totp_mfa: user.requires_totp_mfa,
    });
  }

  /**
   * Signs claims; by default those of a new session of a user without a name.
   * @param signer for forgeries
   */
  async sign(claims: Claims, signer: Signer = "project"): Promise<string> {
    const userType = claims.is_anonymous ? "anonymous" : claims.is_restricted ? "restricted" : "normal";
    const now = Math.floor(Date.now() / 1_000);
    const payload = {
      iss: this.issuer(userType),
      aud: `${this.project.projectId}${suffixes[userType].audience}`,
      iat: now,
      exp: now + this.lifetimeSeconds,
      project_id: this.project.projectId,
      branch_id: "main",
      role: "authenticated",
      refresh_token_id: crypto.randomUUID(),
      name: null,
      email: null,
      email_verified: false,
      selected_team_id: null,
      signed_up_at: now,
      is_anonymous: false,
      is_restricted: false,
      restricted_reason: null,
      requires_totp_mfa: false,
      ...claims,
    };
    if (signer === "nobody") return new UnsecuredJWT(payload).encode();
    const { kid, key } = this.keys[userType].current;
    const signingKey = signer === "project" ? key : (await generateKeyPair("ES256")).privateKey;
    return new SignJWT(payload).setProtectedHeader({ alg: "ES256", kid }).sign(signingKey);
  }

  /**
   * Reads an access token as the API does, for any project and kind of user.
   * @throws {KnownError}
   */
  async verify(token: string): Promise<VerifiedToken> {
    try {
      const userType = userTypeOfAudience(decodeJwt(token).aud);
      const keySet = createLocalJWKSet({ keys: this.keys[userType].published });
      const { payload } = await jwtVerify(token, keySet, {
        issuer: this.issuer(userType),
        audience: `${this.project.projectId}${suffixes[userType].audience}`,
      });
      return verifiedTokenSchema.parse(payload);
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw expired(error.payload);
      if (error instanceof errors.JOSEError) throw unparsableAccessToken();
      throw error;
    }
  }

  private issuer(userType: UserType): string {
    const { apiUrl, projectId } = this.project;
    return `${apiUrl}/api/v1/projects${suffixes[userType].issuer}/${projectId}`;
  }
}

function userTypeOfAudience(audience: unknown): UserType {
  const name = String(audience).split(":")[1];
  return name === "anon" ? "anonymous" : name === "restricted" ? "restricted" : "normal";
}

function expired({ exp = 0, aud, sub, refresh_token_id: refreshTokenId }: JWTPayload) {
  return accessTokenExpired({
    expiredAt: new Date(exp * 1_000),
    projectId: aud?.toString().split(":")[0],
    userId: sub,
    refreshTokenId: typeof refreshTokenId === "string" ? refreshTokenId : undefined,
  });
}
