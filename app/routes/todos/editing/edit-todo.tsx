import { Link, useLocation } from "@remix-run/react";
import { type FormEvent, type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from "react";
import { isComposing } from "#app/components/composing.ts";
import { Sentence } from "#app/components/sentence.tsx";
import { type Errors, invalidField, type Typed, typedIn, whyOf } from "../changes/answer.ts";
import { beganFrom } from "../changes/rules.ts";
import { AssigneeField, DetailFields } from "../details/detail-fields.tsx";
import { typedInForm } from "../details/typed-in-form.ts";
import { withoutEdit } from "../list/views.ts";
import { useChangeAction } from "../sending/change-action.ts";
import { pasteOneLine, toOneLine } from "./one-line.ts";

interface EditTodoProps {
  id: string;
  /** Everyone may assign a todo; fewer may edit it. */
  assignsOnly?: boolean;
  typed: Typed;
  errors: Errors;
  /** The fields as the edit began. */
  was: Typed | undefined;
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
export function EditTodo({
  id,
  assignsOnly = false,
  typed,
  errors,
  was,
  theirs,
  editing,
  children,
}: EditTodoProps) {
  const action = useChangeAction();
  const { search } = useLocation();
  const errorId = useId();
  const error = whyOf(errors);
  const invalid =
    error === undefined ? undefined : (invalidField(errors) ?? (assignsOnly ? "assignee" : "task"));
  const began = beganFrom(theirs === undefined ? was : { ...was, task: theirs });
  const takesFocus = !editing || editing.takesFocus;
  const field = useRef<HTMLInputElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the field appears
  useEffect(() => {
    if (editing?.selects) field.current?.select();
  }, []);

  function send(event: FormEvent<HTMLFormElement>) {
    if (!editing) return;
    event.preventDefault();
    editing.save(typedInForm(event.currentTarget));
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
      onKeyDown={cancelByKey}
      noValidate
      className="edit-todo"
    >
      <Hidden fields={{ intent: assignsOnly ? "assign" : "edit", id, ...began }} />
      {assignsOnly ? (
        <>
          <Hidden fields={{ task: typed.task, due_on: typed.due_on ?? "" }} />
          <div className="details">
            <AssigneeField typed={typed} invalid={invalid} errorId={errorId} autoFocus={takesFocus} />
          </div>
        </>
      ) : (
        <input
          ref={field}
          type="text"
          name="task"
          aria-label="Edit todo"
          autoComplete="off"
          dir="auto"
          // biome-ignore lint/a11y/noAutofocus: the user asked to edit this todo, which may be far down
          autoFocus={takesFocus}
          defaultValue={toOneLine(typed.task)}
          onPaste={pasteOneLine}
          aria-invalid={invalid === "task" || undefined}
          aria-describedby={invalid === "task" ? errorId : undefined}
        />
      )}
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
      {assignsOnly ? null : <DetailFields typed={typed} invalid={invalid} errorId={errorId} />}
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

function Hidden({ fields }: { fields: Record<string, string> }) {
  return Object.entries(fields).map(([name, value]) => (
    <input key={name} type="hidden" name={name} value={value} />
  ));
}
