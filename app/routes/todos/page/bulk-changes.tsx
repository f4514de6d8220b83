import { useId } from "react";
import type { Viewer } from "#app/auth/session/guard.server.ts";
import type { Fields } from "../changes/button-field.ts";
import type { Todo } from "../list/todo.server.ts";
import { ChangeButton } from "../sending/change-button.tsx";
import type { Undo } from "../undo/use-undo.ts";

interface BulkChangesProps {
  todos: Todo[];
  viewer: Viewer;
  /** On all pages. */
  ownCompleted: number;
  /** Everyone's, on all pages. */
  completed: number;
  send: Undo["send"];
}

/** A button that would clear nothing stays, disabled: the list would jump with the first tick. */
export function BulkChanges({ todos, viewer, ownCompleted, completed, send }: BulkChangesProps) {
  const isAllComplete = todos.every(({ isComplete }) => isComplete);
  const toggled = {
    intent: "toggle-all",
    complete: String(!isAllComplete),
    id: todos.map(({ id }) => id),
  };
  const isEmpty = todos.length === 0;
  if (isEmpty && ownCompleted === 0 && !(viewer.isAdmin && completed > 0)) return null;
  return (
    <div className="bulk">
      {isEmpty ? null : (
        <ChangeButton
          fields={toggled}
          onSend={() => send(toggled, { otherwise: "No todos were changed." })}
          role="checkbox"
          aria-checked={isAllComplete}
          className="tick-all"
        >
          Tick all on this page
        </ChangeButton>
      )}
      <ClearCompleted name="Clear completed" count={ownCompleted} of="of your own" fields={own} send={send} />
      {viewer.isAdmin ? (
        <ClearCompleted
          name="Clear everyone’s completed"
          count={completed}
          of="of all"
          fields={everyones}
          send={send}
        />
      ) : null}
    </div>
  );
}

const own = { intent: "clear-completed" };
const everyones = { intent: "clear-completed", scope: "everyone" };

interface ClearCompletedProps {
  name: string;
  count: number;
  of: string;
  fields: Fields;
  send: BulkChangesProps["send"];
}

function ClearCompleted({ name, count, of, fields, send }: ClearCompletedProps) {
  const countId = useId();
  return (
    <div>
      <ChangeButton
        fields={fields}
        onSend={() => send(fields, { otherwise: "Nothing was cleared." })}
        disabled={count === 0}
        aria-describedby={countId}
      >
        {name}
      </ChangeButton>
      <span id={countId} className="hint">{`${count} ${of}`}</span>
    </div>
  );
}
