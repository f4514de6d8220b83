import type { Person } from "../people.ts";
import type { Fields } from "./fields.ts";

export interface Form {
  name: string;
  path: string;
  routeId: string;
  /** Filled in correctly by a signed-in user. */
  fields: (person: Person) => [name: string, value: string][];
  /**
   * The status of a form that was not refused earlier for its size or a repeated field.
   * @param fields what arrived
   */
  answer: (fields: Fields, person: Person) => number;
  /** Whether an accepted form may change rows. */
  changesRows?: true;
  /** For signed-out users. */
  isAnonymous?: true;
  /** Tries only one in this many of the accepted forms, because each takes long. */
  triesOneIn?: number;
}

/** Answers a form's intent, and 400 for all others. */
export function ifIntent(intent: string, answer: Form["answer"]): Form["answer"] {
  return (fields, person) => (fields.get("intent") === intent ? answer(fields, person) : 400);
}
