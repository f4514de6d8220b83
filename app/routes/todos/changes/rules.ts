import { isVisible, trimmed } from "#app/platform/visible-text.ts";
import type { Errors, Typed, TypedField } from "./answer.ts";

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
};

export function toStored(typed: Typed): Typed {
  return Object.fromEntries(Object.entries(typed).map(([name, text]) => [name, trimmed(text)])) as Typed;
}

/** Longer texts, of todos that were here before the app, are replaced unseen: no form could hold them twice. */
const longestWas = 4_000;

/** The fields by which the server sees whether a text was changed since an edit began from it. */
export function beganFrom(was: string | undefined): { was?: string } {
  return was !== undefined && was.length <= longestWas ? { was } : {};
}

export function problemsOf(typed: Typed): Errors {
  const names = Object.keys(rules) as TypedField[];
  return Object.fromEntries(
    names.map((name) => [name, rules[name](typed[name])]).filter(([, problem]) => problem !== undefined),
  );
}
