import { canBeAddedAgain, type RefusedChange } from "#app/routes/todos/changes/answer.ts";

/** Why a change was refused that has no field on the page to say it beside, and what was typed for it. */
export function RefusalNotice({ refused }: { refused: RefusedChange }) {
  const { intent, errors, task } = refused;
  const message = intent === "edit" ? (errors.form ?? errors.task) : errors.form;
  if (!message || canBeAddedAgain(refused)) return null;
  return (
    <p role="alert" className="notice">
      {message}
      {intent === "edit" && task ? ` You have written: “${task}”.` : null}
    </p>
  );
}
