import { Sentence } from "#app/components/sentence.tsx";
import { canBeAddedAgain, type RefusedChange, whyOf } from "../changes/answer.ts";

/** For a refused change without a field on the page. */
export function RefusalNotice({ refused }: { refused: RefusedChange }) {
  const { intent, errors, typed } = refused;
  const wrote = Object.values(typed).filter(Boolean);
  const message = intent === "edit" ? whyOf(errors) : errors.form;
  if (!message || canBeAddedAgain(refused)) return null;
  return (
    <p role="alert" className="notice">
      {message}
      {intent === "edit" && wrote.length > 0 ? (
        <Sentence text={` You wrote: “${wrote.join("”, “")}”.`} />
      ) : null}
    </p>
  );
}
