import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { passwordAuthenticationNotEnabled, passwordTooLong, passwordTooShort } from "./known-errors.ts";
import type { ProjectSettings } from "./project-settings.ts";

const shortest = 8;
export const longestPassword = 70;
const hashBytes = 32;
const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);
/** Low: 3 ms instead of 50, and nobody steals these passwords. Older local data has the default, 16384. */
const cost = 1024;

/** @throws {KnownError} when passwords are off */
export function checkPasswordsAllowed({ allowsPasswords }: ProjectSettings): void {
  if (!allowsPasswords) throw passwordAuthenticationNotEnabled();
}

/** @throws {KnownError} when it is too short or too long */
export function checkNewPassword(password: string): void {
  if (password.length < shortest) throw passwordTooShort(shortest);
  if (password.length > longestPassword) throw passwordTooLong(longestPassword);
}

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, hashBytes, { cost });
  return [salt.toString("base64url"), hash.toString("base64url"), cost].join(".");
}

export async function isPassword(password: string, stored: string): Promise<boolean> {
  const [salt, hash, storedCost = "16384"] = stored.split(".");
  if (!salt || !hash) throw new Error("A stored password hash is malformed");
  const options = { cost: Number(storedCost) };
  const derived = await derive(password, Buffer.from(salt, "base64url"), hashBytes, options);
  return timingSafeEqual(derived, Buffer.from(hash, "base64url"));
}
