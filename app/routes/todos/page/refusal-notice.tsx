import { canBeAddedAgain, type RefusedChange } from "../changes/answer.ts";

/** For a refused change without a field on the page. */
export function RefusalNotice({ refused }: { refused: RefusedChange }) {
  const { intent, errors, typed } = refused;
  const message = intent === "edit" ? (errors.form ?? errors.task) : errors.form;
  if (!message || canBeAddedAgain(refused)) return null;
  return (
    <p role="alert" className="notice">
      {message}
      {intent === "edit" && typed.task ? ` You wrote: “${typed.task}”.` : null}
    </p>
  );
}
