import { randomBytes } from "node:crypto";

/** Crockford's base 32: no two are confused when read out loud. */
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Short enough to quote: 50 random bits. */
export function newReference(): string {
  return Array.from(randomBytes(10), (byte) => alphabet[byte % 32]).join("");
}
