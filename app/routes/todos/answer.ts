/** What `/` answers to a change, other than a redirect. */
export type ActionAnswer = { ok: true } | RefusedChange;

/** Nothing was changed as far as we know, and why: beside the field, or above the list. */
export interface RefusedChange {
  ok: false;
  errors: { task?: string; form?: string };
  /** What was typed, to be shown again. */
  task: string;
  /** The same form may be taken in a moment. Whether it was taken already is not known. */
  isTemporary: boolean;
  /** The form's key, where that is so. Sent once more with it, a todo that was added after all is not added twice. */
  key?: string | undefined;
}

/** Whether it is a new todo, which can be added with another press of the button. */
export function canBeAddedAgain({ isTemporary, task }: RefusedChange): boolean {
  return isTemporary && task !== "";
}
