import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { canBeAddedAgain, type RefusedChange, type Typed } from "../changes/answer.ts";
import { problemOf, toTask } from "../changes/task.ts";
import { useKeyShortcut } from "../keyboard/single-letters.ts";
import type { Outbox } from "../outbox/use-outbox.ts";
import { useChangeAction } from "../sending/change-form.tsx";

interface AddTodoProps {
  addKey?: string;
  /** A plain form that was refused. */
  refused: RefusedChange | undefined;
  /** Without it the browser sends the form. */
  outbox?: Outbox;
}

interface NotAdded {
  typed: Typed;
  why: string;
  /** Missing if it was never sent. With it, the todo is added only once. */
  key?: string | undefined;
}

/** Without JavaScript it is a plain form with the server's key; with it the outbox sends the todo. */
export function AddTodo({ addKey, refused, outbox }: AddTodoProps) {
  const action = useChangeAction();
  const shortcut = useKeyShortcut("n");
  const errorId = useId();
  const field = useRef<HTMLInputElement>(null);
  const [notAdded, setNotAdded] = useState(refused && toNotAdded(refused));
  const key = refused?.key ?? addKey;
  const [firstRefused] = outbox?.refused ?? [];

  function send(event: FormEvent) {
    if (!outbox || !field.current) return;
    event.preventDefault();
    const typed: Typed = { task: toTask(field.current.value) };
    const sameKey = notAdded?.typed.task === typed.task ? notAdded.key : undefined;
    const why = problemOf(typed.task) ?? outbox.add(typed, sameKey || undefined);
    setNotAdded(why ? { typed, why } : undefined);
    if (!why) field.current.value = "";
    field.current.focus();
  }

  // A refused todo returns to the field if it is empty; the others are listed below.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it comes back
  useEffect(() => {
    if (!outbox || !firstRefused || !field.current || field.current.value) return;
    const { typed, key, refusal: why } = firstRefused;
    field.current.value = typed.task;
    setNotAdded({ typed, key, why });
    outbox.drop(key);
  }, [firstRefused?.key]);

  return (
    <form method="post" action={action} onSubmit={outbox && send} noValidate className="add-todo">
      <input type="hidden" name="intent" value="add" />
      {key ? <input type="hidden" name="key" value={key} /> : null}
      <label>
        <span className="visually-hidden">New todo</span>
        <input
          ref={field}
          type="text"
          name="task"
          placeholder="What needs doing?"
          autoComplete="off"
          aria-keyshortcuts={shortcut}
          defaultValue={refused?.typed.task}
          aria-invalid={notAdded ? true : undefined}
          aria-describedby={notAdded ? errorId : undefined}
        />
      </label>
      <button type="submit" className="primary">
        Add
      </button>
      {notAdded ? (
        <p id={errorId} className="field-error" role="alert">
          {`${notAdded.why} `}
          {notAdded.key ? <button type="submit">Try again</button> : null}
        </p>
      ) : null}
      {outbox?.refused.map((todo) => (
        <p key={todo.key} className="field-error" role="alert">
          {`“${todo.typed.task}” was not added. ${todo.refusal} `}
          <button type="button" onClick={() => outbox.sendAgain(todo)}>
            Try again
          </button>
        </p>
      ))}
    </form>
  );
}

/** Other errors are shown above the list. */
function toNotAdded(refused: RefusedChange): NotAdded | undefined {
  const { typed, errors, key } = refused;
  const why = errors.task ?? (canBeAddedAgain(refused) ? errors.form : undefined);
  return why ? { typed, why, key } : undefined;
}
