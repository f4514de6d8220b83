import { createHash, randomBytes } from "node:crypto";

/** 43 characters that nobody guesses: a state or a code verifier. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** 64 characters that nobody guesses: an authorization code. */
export function newCode(): string {
  return randomBytes(32).toString("hex");
}

/**
 * What a code verifier was announced with (RFC 7636, section 4.2).
 * @param method `S256`; any other is taken as `plain`
 */
export function challengeOf(verifier: string, method = "S256"): string {
  return method === "S256" ? createHash("sha256").update(verifier).digest("base64url") : verifier;
}
