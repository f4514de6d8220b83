import { type Typed, typedIn } from "../changes/answer.ts";

/** As `typedIn`, from a form on the page. A date that is typed only in part has no value, and must not pass for none. */
export function typedInForm(form: HTMLFormElement): Typed {
  const typed = typedIn(new FormData(form));
  const due = form.elements.namedItem("due_on");
  const isPartial = due instanceof HTMLInputElement && due.validity.badInput;
  return isPartial ? { ...typed, due_on: "partial" } : typed;
}
