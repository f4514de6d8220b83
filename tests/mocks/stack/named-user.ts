import { z } from "zod";
import { cannotGetOwnUserWithoutUser } from "./known-errors.ts";
import type { Caller } from "./requests.ts";

/** A user in a request: an id, or `me` for the caller. */
export const userIdOrMe = z.union([z.literal("me"), z.uuid()]);

/** @throws {KnownError} for `me` without a user token */
export function namedUserId(id: string, caller: Caller): string {
  if (id !== "me") return id;
  if (!caller.user) throw cannotGetOwnUserWithoutUser();
  return caller.user.id;
}

/** @throws {KnownError} when the caller is a client without a user token */
export function isClientOfAnother(caller: Caller, ofUserId: string | undefined): boolean {
  if (caller.accessType !== "client") return false;
  if (!caller.user) throw cannotGetOwnUserWithoutUser();
  return caller.user.id !== ofUserId;
}
