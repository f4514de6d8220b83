import { waitsToBeSent } from "#app/routes/todos/list/list-words.ts";

interface WaitingTodoProps {
  task: string;
  ownerEmail: string | null;
  /** Whether it cannot be sent just now. On its way it looks as it will in the list. */
  isBlocked: boolean;
}

/** The line of a todo that the server may not have yet, and that cannot be ticked before it has. */
export function WaitingTodo({ task, ownerEmail, isBlocked }: WaitingTodoProps) {
  return (
    <li className="todo">
      {/* biome-ignore lint/a11y/useSemanticElements: it is in the place of one that is a button */}
      <button
        type="button"
        role="checkbox"
        aria-checked={false}
        aria-disabled
        aria-label={task}
        className="tick"
      >
        <svg viewBox="0 0 24 24" aria-hidden="true" />
      </button>
      <span className="task" dir="auto">
        {task}
      </span>
      <span className="owner">
        {ownerEmail ?? "no email"}
        <span className="todo-link" />
        {isBlocked ? <Waits /> : null}
      </span>
      {/* As wide as the buttons that will be there: the text must not break its lines anew. */}
      <span className="todo-actions to-come" />
    </li>
  );
}

/** Marks what the server does not know yet, in the place of the owner, so that nothing moves when it comes and goes. */
export function Waits() {
  return <span className="waits">{waitsToBeSent}</span>;
}
