import type { SharedList } from "../list/read.server.ts";
import type { Member } from "../list/team.server.ts";

/** What `/events` sends, by the event's name. */
export interface LiveEvents {
  /**
   * There is something new. `version` names the state of the whole list and grows; `list` is what the page shows
   * then, and is missing where that cannot be shared between those who look.
   */
  change: { version: string; list?: SharedList };
  /** One's own line in Team progress, for somebody who is not among the first; null: it is gone. */
  own: { progress: Omit<Member, "members"> | null };
  /** Whether changes are heard at once. */
  state: { isLive: boolean };
  /** The next change counts, whatever its version: the database may have been restored to an earlier state. */
  reset: Record<string, never>;
}
