import { StackFault } from "#app/auth/stack/requests.server.ts";
import { DatabaseFault } from "#app/db/faults.server.ts";
import { log } from "#app/platform/log.server.ts";
import { summaryOf } from "#app/platform/logged-error.server.ts";
import { LateProfile, profileMissing } from "#app/profiles/late-profile.ts";

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
      retryAfter: error.retryAfter,
    };
  }
  if (error instanceof LateProfile) return { message: words(error), retryAfter: 2 };
  if (error instanceof DatabaseFault && error.kind === "read-only") {
    return { message: "Todos cannot be changed just now, only read. Try again in a moment.", retryAfter: 5 };
  }
  if (error instanceof DatabaseFault && error.kind !== "refused") {
    return { message: "The database cannot be reached just now. Try again in a moment.", retryAfter: 5 };
  }
  return undefined;
}

function words({ isOverdue }: LateProfile): string {
  return isOverdue ? profileMissing : "Your profile is on its way to this list. Try again in a moment.";
}

/**
 * One line in the log for a fault that passes by itself, whatever its stack and its causes' stacks.
 * @param operation what was being done, as `POST /sign-in`
 */
export function logOutage(operation: string, error: unknown): void {
  log.error({ event: "outage" }, `${operation}: ${summaryOf(error)}`);
}
