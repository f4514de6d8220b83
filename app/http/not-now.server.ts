import { type TryLater, tryLaterOf } from "#app/platform/fault.server.ts";
import { logOutage } from "#app/platform/log.server.ts";

/**
 * What to answer after a failure that may pass by itself. A 503 is logged.
 * @param operation what the log calls it, such as `POST /sign-in`
 * @throws the error itself when trying again does not fix it
 */
export function notNow(operation: string, error: unknown): TryLater {
  const tryLater = tryLaterOf(error);
  if (!tryLater) throw error;
  if (tryLater.status === 503) logOutage(operation, error);
  return tryLater;
}
