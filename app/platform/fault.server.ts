/** What a user is told when something cannot be done now, and when to try again. */
export interface TryLater {
  status: 429 | 503;
  message: string;
  /** Seconds, for the Retry-After header. */
  retryAfter: number;
}

/** A failure that the app expects and can explain. */
export abstract class Fault extends Error {
  /** undefined: trying again does not help. */
  abstract readonly tryLater: TryLater | undefined;
}

export function tryLaterOf(error: unknown): TryLater | undefined {
  return error instanceof Fault ? error.tryLater : undefined;
}
