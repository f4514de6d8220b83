import { createHash, randomBytes } from "node:crypto";

/** 43 random characters: a state or a code verifier. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** 64 random characters: an authorization code. */
export function newCode(): string {
  return randomBytes(32).toString("hex");
}

/**
 * The challenge of a code verifier (RFC 7636, section 4.2).
 * @param method `S256`; any other means `plain`
 */
export function challengeOf(verifier: string, method = "S256"): string {
  return method === "S256" ? createHash("sha256").update(verifier).digest("base64url") : verifier;
}
