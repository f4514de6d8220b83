import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { passwordAuthenticationNotEnabled, passwordTooLong, passwordTooShort } from "./known-errors.ts";
import type { ProjectSettings } from "./project-settings.ts";

const shortest = 8;
export const longestPassword = 70;
const hashBytes = 32;
const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

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
  return [salt, await derive(password, salt, hashBytes, {})]
    .map((part) => part.toString("base64url"))
    .join(".");
}

export async function isPassword(password: string, stored: string): Promise<boolean> {
  const [salt, hash] = stored.split(".").map((part) => Buffer.from(part, "base64url"));
  if (!salt || !hash) throw new Error("A stored password hash is malformed");
  return timingSafeEqual(await derive(password, salt, hashBytes, {}), hash);
}
