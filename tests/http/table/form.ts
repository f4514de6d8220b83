import type { Person } from "../people.ts";
import type { Fields } from "./fields.ts";

/** A form of the app. */
export interface Form {
  name: string;
  path: string;
  routeId: string;
  /** Filled in as it would be accepted, by somebody who is signed in. */
  fields: (person: Person) => [name: string, value: string][];
  /**
   * The status for what is not refused before, as too large, or for a field that stands there twice.
   * @param fields what arrived
   */
  answer: (fields: Fields, person: Person) => number;
  /** Whether what is accepted may change rows. */
  changesRows?: true;
  /** For somebody who is signed out. */
  isAnonymous?: true;
  /** Of those that are accepted one in so many is tried, where each takes long. */
  triesOneIn?: number;
}

/** An answer for the intent that a form has, and 400 for all others. */
export function ifIntent(intent: string, answer: Form["answer"]): Form["answer"] {
  return (fields, person) => (fields.get("intent") === intent ? answer(fields, person) : 400);
}
