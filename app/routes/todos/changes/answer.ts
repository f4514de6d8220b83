/** What `/` answers to a change, other than a redirect. */
export type ActionAnswer = MadeChange | RefusedChange;

export interface MadeChange extends Partial<Undoable> {
  ok: true;
  /** The path of the page that shows the result, if that is another one. */
  place?: string;
}

/** A change that `restore` undoes. */
export interface Undoable {
  batch: string;
  /** How many todos it would bring back. */
  count: number;
  /** What was done. */
  sentence: string;
}

/** The field that only our script adds: it asks for JSON in place of a redirect. */
export const byScript = { via: "script" };

export function isByScript(form: { get(name: string): unknown } | undefined): boolean {
  return form?.get("via") === byScript.via;
}

/** The fields that a user types into. What was typed travels by their names: in a refusal, the outbox, an edit. */
const typedFields = ["task"] as const;
type TypedField = (typeof typedFields)[number];
export type Typed = Record<TypedField, string>;

/** What was typed into a form, without what no database takes. */
export function typedIn(form: { get(name: string): unknown } | undefined): Typed {
  const text = (name: string) => String(form?.get(name) ?? "").replaceAll("\0", "");
  return Object.fromEntries(typedFields.map((name) => [name, text(name)])) as Typed;
}

/** What is wrong, beside the field or above the list. */
export type Errors = Partial<Record<TypedField | "form", string>>;

/** Nothing was changed, as far as is known. */
export interface RefusedChange {
  ok: false;
  /** Missing when the server in front of the app refused. */
  intent?: string | undefined;
  /** The todo that it was about. */
  id?: string | undefined;
  errors: Errors;
  /** To be shown again. */
  typed: Typed;
  /** The same form may be accepted in a moment. Whether it was accepted already is not known. */
  isTemporary: boolean;
  /** There was no answer at all. */
  isUnreachable?: true;
  /** Seconds. */
  retryAfter?: number;
  /** The form's key. With it, a todo that was added after all is not added twice. */
  key?: string | undefined;
}

/** Whether it is a new todo, which can be added with another press of the button. */
export function canBeAddedAgain({ intent, isTemporary, typed }: RefusedChange): boolean {
  return intent === "add" && isTemporary && typed.task !== "";
}
