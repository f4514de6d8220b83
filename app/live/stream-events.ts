/** What every live page is sent, by the event's name. */
export interface StreamEvents {
  /** There is something new. `version` names the state of everything and grows; "" if it is not known. */
  change: { version: string };
  /** Whether changes are heard at once. */
  state: { isLive: boolean };
  /** The next change counts, whatever its version: the database may have been restored to an earlier state. */
  reset: Record<string, never>;
}
