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
export const typedFields = ["task", "due_on", "assignee"] as const;
export type TypedField = (typeof typedFields)[number];
/** A form may leave out all but the task. */
export type Typed = { task: string } & Partial<Record<TypedField, string>>;

type Named = { get(name: string): unknown };

/** Without NUL, which Postgres does not take. */
export function typedIn(form: Named | undefined, nameOf = (field: TypedField): string => field): Typed {
  const texts = typedFields
    .map((field): [string, unknown] => [field, form?.get(nameOf(field))])
    .filter(([, text]) => typeof text === "string")
    .map(([field, text]) => [field, String(text).replaceAll("\0", "")]);
  return { task: "", ...Object.fromEntries(texts) };
}

export function isSameTyped(one: Typed, other: Typed): boolean {
  return typedFields.every((name) => (one[name] ?? "") === (other[name] ?? ""));
}

/** What the fields held as an edit began. */
export function beganIn(form: Named | undefined): Typed | undefined {
  return typeof form?.get("was") === "string" ? typedIn(form, beganField) : undefined;
}

/** The field of an edit that says what another field held as the edit began. */
export function beganField(field: TypedField): string {
  return field === "task" ? "was" : `was_${field}`;
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
  /** The fields as a refused edit began, if the form named its task. */
  was?: Typed | undefined;
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
