export type ActionAnswer = MadeChange | RefusedChange;

export interface MadeChange extends Partial<Undoable> {
  ok: true;
  /** The path of the page that shows the result, if it is another one. */
  place?: string;
}

/** A change that `restore` undoes. */
export interface Undoable {
  batch: string;
  count: number;
  /** What was done. */
  sentence: string;
}

/** Only our script adds this field: it asks for JSON in place of a redirect. */
export const byScript = { via: "script" };

export function isByScript(form: { get(name: string): unknown } | undefined): boolean {
  return form?.get("via") === byScript.via;
}

/** The outbox adds whose change it is: another user's session must not send it. */
export const outboxUserField = "by";

/** The fields that a user types into. Refusals, the outbox and edits pass on what was typed by these names. */
const typedFields = ["task"] as const;
export type TypedField = (typeof typedFields)[number];
export type Typed = Record<TypedField, string>;

/** Without NUL, which Postgres does not take. */
export function typedIn(form: { get(name: string): unknown } | undefined): Typed {
  const text = (name: string) => String(form?.get(name) ?? "").replaceAll("\0", "");
  return Object.fromEntries(typedFields.map((name) => [name, text(name)])) as Typed;
}

export function isSameTyped(one: Typed, other: Typed): boolean {
  return typedFields.every((name) => one[name] === other[name]);
}

/** Shown beside the field, or above the list. */
export type Errors = Partial<Record<TypedField | "form", string>>;

export function errorOf(field: unknown, message: string): Errors {
  return { [typedFields.find((name) => name === field) ?? "form"]: message };
}

/** Wherever it belongs. */
export function whyOf(errors: Errors): string | undefined {
  return errors[invalidField(errors) ?? "form"];
}

export function invalidField(errors: Errors): TypedField | undefined {
  return typedFields.find((name) => errors[name] !== undefined);
}

/** Nothing was changed, as far as is known. */
export interface RefusedChange {
  ok: false;
  /** Missing when the server in front of the app refused. */
  intent?: string | undefined;
  id?: string | undefined;
  errors: Errors;
  typed: Typed;
  /** The task as a refused edit began, if the form named it. */
  was?: string | undefined;
  /** The text that a change met in place of the one it began from. Saving again replaces it. */
  theirs?: string | undefined;
  /** The same form may be accepted in a moment, or was accepted already. */
  isTemporary: boolean;
  /** There was no answer at all. */
  isUnreachable?: true;
  /** Seconds. */
  retryAfter?: number;
  /** With the form's key, a todo that was added after all is not added twice. */
  key?: string | undefined;
}

export function canBeAddedAgain({ intent, isTemporary, typed }: RefusedChange): boolean {
  return intent === "add" && isTemporary && typed.task !== "";
}
