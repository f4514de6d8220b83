import type { Errors, Typed, TypedField } from "./answer.ts";

/** In code points, as Postgres counts them. */
const longestTask = 500;

/** What is wrong with a text, as `toStored` returns it. The server and the page ask here. */
export const rules: Record<TypedField, (text: string) => string | undefined> = {
  task(text) {
    const length = [...text].length;
    if (length === 0) return "Enter what needs to be done.";
    if (length > longestTask)
      return `A todo can have up to ${longestTask} characters. This one has ${length}.`;
    if (text.includes("\0")) return "A todo can't contain the character NUL.";
    return undefined;
  },
};

/** Without the white space of any script around it. */
export function trimmed(text: string): string {
  return text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "");
}

export function toStored(typed: Typed): Typed {
  return Object.fromEntries(Object.entries(typed).map(([name, text]) => [name, trimmed(text)])) as Typed;
}

export function problemsOf(typed: Typed): Errors {
  const names = Object.keys(rules) as TypedField[];
  return Object.fromEntries(
    names.map((name) => [name, rules[name](typed[name])]).filter(([, problem]) => problem !== undefined),
  );
}
