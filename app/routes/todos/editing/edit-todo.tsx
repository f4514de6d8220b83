import { Link, useLocation } from "@remix-run/react";
import { type FormEvent, type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from "react";
import { withoutEdit } from "../list/views.ts";
import { useChangeAction } from "../sending/change-form.tsx";
import { pasteOneLine, toOneLine } from "./one-line.ts";

interface EditTodoProps {
  id: string;
  /** What the field holds at first. */
  text: string;
  error: string | undefined;
  /** What the script does in place of the form and its link. */
  editing?: {
    /** Whether the whole text is selected, to be typed over. */
    selects: boolean;
    takesFocus: boolean;
    save(text: string): void;
    cancel(): void;
  };
  children?: ReactNode;
}

/** The field that a todo's task becomes. Without JavaScript it is a form with a link that leads away from it. */
export function EditTodo({ id, text, error, editing, children }: EditTodoProps) {
  const action = useChangeAction();
  const { search } = useLocation();
  const errorId = useId();
  const field = useRef<HTMLInputElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the field appears
  useEffect(() => {
    if (editing?.selects) field.current?.select();
  }, []);

  function send(event: FormEvent) {
    if (!editing || !field.current) return;
    event.preventDefault();
    editing.save(field.current.value);
  }

  function cancel(event: { preventDefault(): void }) {
    if (!editing) return;
    // While the address names the todo, the link leads to another.
    if (search === withoutEdit(search)) event.preventDefault();
    editing.cancel();
  }

  function cancelByKey(event: KeyboardEvent) {
    // Escape also ends the composition of a character.
    if (event.key === "Escape" && !event.nativeEvent.isComposing) cancel(event);
  }

  return (
    <form method="post" action={action} onSubmit={send} noValidate className="edit-todo">
      <input type="hidden" name="intent" value="edit" />
      <input type="hidden" name="id" value={id} />
      <input
        ref={field}
        type="text"
        name="task"
        aria-label="Edit todo"
        autoComplete="off"
        dir="auto"
        // biome-ignore lint/a11y/noAutofocus: the user asked to edit this todo, which may be far down
        autoFocus={!editing || editing.takesFocus}
        defaultValue={toOneLine(text)}
        onKeyDown={cancelByKey}
        onPaste={pasteOneLine}
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? errorId : undefined}
      />
      <button type="submit" className="primary">
        Save
      </button>
      <Link
        to={`/${withoutEdit(search)}`}
        // Not every browser focuses a link that is pressed; the field would be left, and saved.
        onMouseDown={(event) => event.preventDefault()}
        onClick={cancel}
        className="button"
      >
        Cancel
      </Link>
      {error ? (
        <p id={errorId} className="field-error" role="alert">
          {error}
        </p>
      ) : null}
      {children}
    </form>
  );
}
