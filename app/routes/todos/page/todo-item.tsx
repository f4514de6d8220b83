import type { MouseEvent } from "react";
import type { Viewer } from "#app/auth/session/guard.server.ts";
import type { RefusedChange } from "../changes/answer.ts";
import { TodoDetails } from "../details/todo-details.tsx";
import { EditButton } from "../editing/edit-button.tsx";
import { EditTodo } from "../editing/edit-todo.tsx";
import { useEditing } from "../editing/use-editing.ts";
import type { Todo } from "../list/todo.server.ts";
import { Unsent } from "../outbox/waiting-todo.tsx";
import { ChangeButton } from "../sending/change-button.tsx";
import type { Undo } from "../undo/use-undo.ts";
import { placeOf, TodoLink } from "./todo-link.tsx";

interface TodoItemProps {
  todo: Todo;
  viewer: Viewer;
  today: string;
  /** By `?edit=`. */
  isAskedFor: boolean;
  /** Their aria-keyshortcuts. */
  keys: { edit: string | undefined; assign: string | undefined; delete: string | undefined };
  /** A refused edit of this todo. */
  refused: RefusedChange | undefined;
  hold: (todo: Todo, isHeld: boolean) => void;
  isLinked: boolean;
  /** Its tick can't be sent now. */
  isUnsent: boolean;
  /** An edit of it is on its way. */
  isSaving: boolean;
  onSave: Undo["send"];
  onTick: (todo: Pick<Todo, "id" | "task">, complete: boolean) => void;
  onDelete: (todo: Todo) => void;
  onFollow: (event: MouseEvent<HTMLAnchorElement>) => void;
}

/**
 * Everyone may tick and assign a todo; its owner and admins may edit and delete it. A page has fifty of them, so what all have in
 * common comes once for the page: forms, the URL, keys; and CSS, which knows the parts by their elements, draws the icons.
 */
export function TodoItem({
  todo,
  viewer,
  today,
  isAskedFor,
  keys,
  refused,
  hold,
  isLinked,
  isUnsent,
  isSaving,
  onSave,
  onTick,
  onDelete,
  onFollow,
}: TodoItemProps) {
  const mayChange = viewer.isAdmin || viewer.id === todo.ownerId;
  const { editing, asksToDelete, item, button, start, cancel, keep, save, leave } = useEditing({
    userId: viewer.id,
    todo,
    assignsOnly: !mayChange,
    isAskedFor,
    refused,
    isSaving,
    send: onSave,
    hold,
  });
  const { task, isComplete } = todo;
  const toggled = { intent: "toggle", id: todo.id, complete: String(!isComplete) };

  function remove() {
    focusNeighbour(item.current);
    onDelete(todo);
  }

  return (
    <li id={placeOf(todo.id)} aria-current={isLinked || undefined} ref={item} onBlur={leave}>
      <ChangeButton
        fields={toggled}
        onSend={() => onTick({ id: todo.id, task }, !isComplete)}
        role="checkbox"
        aria-checked={isComplete}
        aria-label={task}
      />
      {editing ? (
        <EditTodo
          id={todo.id}
          assignsOnly={!mayChange}
          typed={editing.typed}
          errors={asksToDelete ? {} : editing.errors}
          was={editing.was}
          theirs={editing.theirs}
          editing={{ ...editing, keep, save, cancel }}
        >
          {asksToDelete ? (
            <p role="alert" className="question">
              Delete this todo?{" "}
              <button type="button" onClick={remove}>
                Delete it
              </button>{" "}
              <button type="button" onClick={cancel}>
                Keep it
              </button>
            </p>
          ) : null}
        </EditTodo>
      ) : (
        <p dir="auto">{task}</p>
      )}
      <small className={todo.isGhost ? "ghost" : undefined}>
        {todo.isGhost ? "no owner" : (todo.ownerEmail ?? "no email")}
        <TodoDetails {...todo} today={today} />
        {isUnsent ? <Unsent /> : null}
      </small>
      <div>
        {editing ? null : (
          <>
            <TodoLink id={todo.id} onFollow={onFollow} />
            <EditButton
              id={todo.id}
              task={task}
              assignsOnly={!mayChange}
              shortcut={mayChange ? keys.edit : keys.assign}
              button={button}
              onPress={start}
            />
          </>
        )}
        {mayChange ? (
          <ChangeButton
            fields={{ intent: "delete", id: todo.id }}
            onSend={remove}
            aria-label={`Delete ${task}`}
            aria-keyshortcuts={keys.delete}
            title="Delete"
          />
        ) : null}
      </div>
    </li>
  );
}

/** Moves the focus from a line that is about to disappear. */
function focusNeighbour(item: HTMLElement | null): void {
  if (!item?.contains(document.activeElement)) return;
  const neighbour = item.nextElementSibling ?? item.previousElementSibling;
  const buttons = neighbour?.querySelectorAll("button");
  const isOnCheckbox = document.activeElement?.getAttribute("role") === "checkbox";
  const like = buttons?.item(isOnCheckbox ? 0 : buttons.length - 1);
  const next = like ?? document.getElementById("todos");
  next?.focus({ preventScroll: true });
}
