import { isVisible, trimmed } from "#app/platform/visible-text.ts";
import { beganField, type Errors, type Typed, type TypedField } from "./answer.ts";

/** In code points, as Postgres counts them. */
const longestTask = 500;

/** What is wrong with a text, as `toStored` returns it. The server and the page ask here. */
export const rules: Record<TypedField, (text: string) => string | undefined> = {
  task(text) {
    if (text.includes("\0")) return "A todo can't contain the character NUL.";
    if (!isVisible(text)) return "Enter what needs to be done.";
    const length = [...text].length;
    if (length > longestTask)
      return `A todo can have up to ${longestTask} characters. This one has ${length}.`;
    return undefined;
  },
  due_on(text) {
    if (text === "" || isDay(text)) return undefined;
    return "Enter a date such as 2026-12-31, or leave it empty.";
  },
  assignee(text) {
    if (text.includes("\0")) return "An email address can't contain the character NUL.";
    return text.length <= longestEmail ? undefined : "That is too long for an email address.";
  },
};

/** Of https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.3, without the angle brackets. */
const longestEmail = 254;

/** Of the calendar, from 1900 to 9999, as YYYY-MM-DD. */
export function isDay(text: string): boolean {
  if (!/^(19|[2-9]\d)\d\d-\d\d-\d\d$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.valueOf()) && day.toISOString().startsWith(text);
}

export function toStored(typed: Typed): Typed {
  return Object.fromEntries(Object.entries(typed).map(([name, text]) => [name, trimmed(text)])) as Typed;
}

/** Longer texts, of todos that were here before the app, are replaced unseen: no form could hold them twice. */
const longestWas = 4_000;

/**
 * The fields by which the server sees what an edit began from: it does not replace a text that was changed since, nor set
 * a field that the user left as it was.
 */
export function beganFrom(was: Typed | undefined): Record<string, string> {
  const fields = Object.entries(was ?? {}) as [TypedField, string][];
  return Object.fromEntries(
    fields.filter(([, text]) => text.length <= longestWas).map(([field, text]) => [beganField(field), text]),
  );
}

export function problemsOf(typed: Typed): Errors {
  const names = Object.keys(rules) as TypedField[];
  return Object.fromEntries(
    names
      .map((name) => [name, rules[name](typed[name] ?? "")])
      .filter(([, problem]) => problem !== undefined),
  );
}
