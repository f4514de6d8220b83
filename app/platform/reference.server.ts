import { randomBytes } from "node:crypto";

/** Digits and letters that are not confused when read out loud (Crockford's base 32). */
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A name for a request, short enough to be quoted: 50 random bits. */
export function newReference(): string {
  return Array.from(randomBytes(10), (byte) => alphabet[byte % 32]).join("");
}
