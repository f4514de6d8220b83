import { Link, useLocation } from "@remix-run/react";
import { type FormEvent, type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from "react";
import { isComposing } from "#app/components/composing.ts";
import { Sentence } from "#app/components/sentence.tsx";
import { type Errors, type Typed, typedIn, whyOf } from "../changes/answer.ts";
import { beganFrom } from "../changes/rules.ts";
import { withoutEdit } from "../list/views.ts";
import { useChangeAction } from "../sending/change-action.ts";
import { pasteOneLine, toOneLine } from "./one-line.ts";

interface EditTodoProps {
  id: string;
  typed: Typed;
  errors: Errors;
  /** The task as the edit began. */
  was: string | undefined;
  /** The task that replaced it meanwhile. Saving now replaces this one. */
  theirs: string | undefined;
  /** The script's part, in place of the form and its link. */
  editing?: {
    /** The whole text, so that typing replaces it. */
    selects: boolean;
    takesFocus: boolean;
    keep(typed: Typed): void;
    save(typed: Typed): void;
    cancel(): void;
  };
  children?: ReactNode;
}

/** Without JavaScript it is a plain form, and Cancel a link. */
export function EditTodo({ id, typed, errors, was, theirs, editing, children }: EditTodoProps) {
  const action = useChangeAction();
  const { search } = useLocation();
  const errorId = useId();
  const error = whyOf(errors);
  const began = beganFrom(theirs ?? was);
  const field = useRef<HTMLInputElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the field appears
  useEffect(() => {
    if (editing?.selects) field.current?.select();
  }, []);

  function send(event: FormEvent<HTMLFormElement>) {
    if (!editing) return;
    event.preventDefault();
    editing.save(typedIn(new FormData(event.currentTarget)));
  }

  function cancel(event: { preventDefault(): void }) {
    if (!editing) return;
    // While the URL names the todo, the link must lead away from it.
    if (search === withoutEdit(search)) event.preventDefault();
    editing.cancel();
  }

  function cancelByKey(event: KeyboardEvent) {
    if (event.key === "Escape" && !isComposing(event.nativeEvent)) cancel(event);
  }

  return (
    <form
      method="post"
      action={action}
      onSubmit={send}
      onInput={(event) => editing?.keep(typedIn(new FormData(event.currentTarget)))}
      noValidate
      className="edit-todo"
    >
      <input type="hidden" name="intent" value="edit" />
      <input type="hidden" name="id" value={id} />
      {began.was === undefined ? null : <input type="hidden" name="was" value={began.was} />}
      <input
        ref={field}
        type="text"
        name="task"
        aria-label="Edit todo"
        autoComplete="off"
        dir="auto"
        // biome-ignore lint/a11y/noAutofocus: the user asked to edit this todo, which may be far down
        autoFocus={!editing || editing.takesFocus}
        defaultValue={toOneLine(typed.task)}
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
        // Some browsers do not focus a pressed link: the field would lose the focus, and save.
        onMouseDown={(event) => event.preventDefault()}
        onClick={cancel}
        className="button"
      >
        Cancel
      </Link>
      {error ? (
        <p id={errorId} className="field-error" role="alert">
          {error}
          {theirs === undefined ? null : <Sentence text={` It now says: “${theirs}”`} />}
        </p>
      ) : null}
      {children}
    </form>
  );
}
