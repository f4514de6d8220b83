import { z } from "zod";
import { cannotGetOwnUserWithoutUser } from "./known-errors.ts";
import type { Caller } from "./requests.ts";

/** A user in a request: an id, or the caller himself. */
export const userIdOrMe = z.union([z.literal("me"), z.uuid()]);

/** @throws {KnownError} when it is `me` and nobody calls */
export function namedUserId(id: string, caller: Caller): string {
  if (id !== "me") return id;
  if (!caller.user) throw cannotGetOwnUserWithoutUser();
  return caller.user.id;
}

/** @throws {KnownError} when it is a client of nobody */
export function isClientOfAnother(caller: Caller, ofUserId: string | undefined): boolean {
  if (caller.accessType !== "client") return false;
  if (!caller.user) throw cannotGetOwnUserWithoutUser();
  return caller.user.id !== ofUserId;
}
