export interface Finding {
  /** The app works in spite of a `warning`. */
  outcome: "good" | "warning" | "bad";
  /** A sentence. */
  text: string;
  /** What to do about it, in a sentence. */
  fix?: string;
}
