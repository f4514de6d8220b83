import { StackFault } from "#app/auth/stack.server.ts";
import { DatabaseFault } from "#app/db/faults.server.ts";

/** What a person reads while the database or Stack cannot be reached. */
export interface Unavailable {
  message: string;
  /** Seconds, for the Retry-After header of a 503. */
  retryAfter: number;
}

/**
 * Tells faults that pass by themselves from the rest.
 * @returns undefined for an error that trying again will not mend
 */
export function asUnavailable(error: unknown): Unavailable | undefined {
  if (error instanceof StackFault) {
    return {
      message: "The sign-in service cannot be reached just now. Try again in a moment.",
      retryAfter: 5,
    };
  }
  if (error instanceof DatabaseFault && error.kind !== "refused") {
    return { message: "The database cannot be reached just now. Try again in a moment.", retryAfter: 5 };
  }
  return undefined;
}
