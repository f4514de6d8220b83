/** What `/` answers to a change, other than a redirect. */
export type ActionAnswer = MadeChange | RefusedChange;

export interface MadeChange extends Partial<Undoable> {
  ok: true;
  /** The path of the page that shows it, where that is another one. */
  place?: string;
}

/** A change that `restore` undoes. */
export interface Undoable {
  batch: string;
  intent: "delete" | "toggle-all" | "clear-completed";
  /** How many todos would be as they were. */
  count: number;
}

/**
 * How many completed todos are cleared at once, the newest first. Each is kept for ten minutes, and its change counted:
 * 1,000 of a million took 15 to 100 ms. 70,000 took 1.6 s: a million would run out of the time that a statement has, and
 * until then hold up everybody who ticks one of them.
 */
export const clearedAtOnce = 1_000;

/** Nothing was changed as far as we know, and why: beside the field, or above the list. */
export interface RefusedChange {
  ok: false;
  /** What was asked for; missing where the server in front of the app has refused. */
  intent?: string | undefined;
  /** The todo that it was about. */
  id?: string | undefined;
  errors: { task?: string; form?: string };
  /** What was typed, to be shown again. */
  task: string;
  /** The same form may be taken in a moment. Whether it was taken already is not known. */
  isTemporary: boolean;
  /** There was no answer at all. */
  isUnreachable?: true;
  /** In how many seconds it may be taken. */
  retryAfter?: number;
  /** The form's key, where that is so. Sent once more with it, a todo that was added after all is not added twice. */
  key?: string | undefined;
}

/** Whether it is a new todo, which can be added with another press of the button. */
export function canBeAddedAgain({ intent, isTemporary, task }: RefusedChange): boolean {
  return intent === "add" && isTemporary && task !== "";
}
