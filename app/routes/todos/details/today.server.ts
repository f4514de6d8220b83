import { dayIn } from "./day.ts";
import { timeZoneIn } from "./time-zone.ts";

/** What day it is for a viewer, as YYYY-MM-DD: without JavaScript, which names the time zone, in UTC. */
export function todayOf({ headers }: Pick<Request, "headers">): string {
  const timeZone = timeZoneIn(headers.get("Cookie") ?? "");
  try {
    return dayIn(timeZone ?? "UTC");
  } catch {
    // Another page of this host may set the cookie, too.
    return dayIn("UTC");
  }
}
