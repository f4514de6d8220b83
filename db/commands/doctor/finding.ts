/** What was looked at, and how it is. */
export interface Finding {
  /** A `warning` does not keep the app from working. */
  outcome: "good" | "warning" | "bad";
  /** A sentence. */
  text: string;
  /** What to do about it, in a sentence. */
  mend?: string;
}
