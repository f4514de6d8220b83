import type { StreamEvents } from "#app/live/stream-events.ts";
import type { SharedList } from "../list/read.server.ts";
import type { Sent } from "../list/sent-list.ts";
import type { Progress } from "../list/team.server.ts";

/** What `/events` sends, by the event's name. */
export interface LiveEvents extends StreamEvents {
  /** `list` is missing if viewers cannot share it. */
  change: { version: string; list?: Sent<SharedList> };
  /** The viewer's line of Team progress if they are not among the first; null: it is gone. */
  own: { progress: Progress | null };
}
