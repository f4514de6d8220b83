import { dayWords } from "./day.ts";

interface TodoDetailsProps {
  /** null: nobody; "": a user without an email. */
  assigneeEmail: string | null;
  dueOn: string | null;
  isComplete: boolean;
  /** The viewer's. */
  today: string;
}

export function TodoDetails({ assigneeEmail, dueOn, isComplete, today }: TodoDetailsProps) {
  return (
    <>
      {assigneeEmail === null ? null : <span>{`Assigned to ${assigneeEmail || "no email"}`}</span>}
      {dueOn === null ? null : <time dateTime={dueOn}>{`Due ${dayWords(dueOn, today)}`}</time>}
      {dueOn !== null && dueOn < today && !isComplete ? <strong className="overdue">Overdue</strong> : null}
    </>
  );
}
