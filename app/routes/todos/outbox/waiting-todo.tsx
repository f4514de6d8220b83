import type { Typed } from "../changes/answer.ts";
import { TodoDetails } from "../details/todo-details.tsx";

interface WaitingTodoProps {
  typed: Typed;
  ownerEmail: string | null;
  today: string;
  /** It can't be sent now. Otherwise it looks as it will in the list. */
  isBlocked: boolean;
}

/** A todo that the server may not have yet, so it cannot be ticked. */
export function WaitingTodo({ typed, ownerEmail, today, isBlocked }: WaitingTodoProps) {
  const { task, due_on, assignee } = typed;
  return (
    <li>
      {/* biome-ignore lint/a11y/useSemanticElements: it is in the place of one that is a button */}
      <button type="button" role="checkbox" aria-checked={false} aria-disabled aria-label={task} />
      <p dir="auto">{task}</p>
      <small>
        {ownerEmail ?? "no email"}
        <TodoDetails
          assigneeEmail={assignee || null}
          dueOn={due_on || null}
          isComplete={false}
          today={today}
        />
        {isBlocked ? <Unsent /> : null}
      </small>
      {/* As wide as the buttons to come, so that the text keeps its line breaks. */}
      <div className="to-come" />
    </li>
  );
}

/** Stands beside the owner, so that nothing moves when it comes and goes. */
export function Unsent() {
  return <span className="waits">unsent</span>;
}
