import { StackFault } from "#app/auth/stack-requests.server.ts";
import { DatabaseFault } from "#app/db/faults.server.ts";
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
  console.error(`${operation}: ${reasons(error).join(" < ")}`);
}

/** What went wrong, and why, and why that: in a line each. */
function reasons(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 5) return [];
  const [line = ""] = (error.message || (error as NodeJS.ErrnoException).code || error.name).split("\n", 1);
  return [withoutSecrets(line).slice(0, 200), ...reasons(error.cause, depth + 1)];
}

/** Libraries quote what they could not read. */
function withoutSecrets(line: string): string {
  return line.replaceAll(/[^\s"'<>()]+@[^\s"'<>()]+/g, "…@…").replaceAll(/eyJ[\w.-]+/g, "eyJ…");
}
