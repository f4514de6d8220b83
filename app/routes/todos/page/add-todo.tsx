import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { canBeAddedAgain, type RefusedChange } from "#app/routes/todos/changes/answer.ts";
import { useChangeAction } from "#app/routes/todos/changes/change-form.tsx";
import { problemOf, toTask } from "#app/routes/todos/changes/task.ts";
import { useKeyShortcut } from "#app/routes/todos/keyboard/single-letters.ts";
import type { Outbox } from "#app/routes/todos/outbox/use-outbox.ts";

interface AddTodoProps {
  addKey?: string;
  /** A plain form that was refused. */
  refused: RefusedChange | undefined;
  /** Without one the browser sends the form. */
  outbox?: Outbox;
}

/** A todo in its field that was not added, and why. */
interface NotAdded {
  task: string;
  why: string;
  /** With it the todo is added once, however often it is sent. Without one it was never sent. */
  key?: string | undefined;
}

/**
 * The field for a new todo. Without JavaScript it is a plain form with the server's key; with it what is added is sent
 * by itself, and the field is free for the next one.
 */
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
    const task = toTask(field.current.value);
    const sameKey = notAdded?.task === task ? notAdded.key : undefined;
    const why = problemOf(task) ?? outbox.add(task, sameKey || undefined);
    setNotAdded(why ? { task, why } : undefined);
    if (!why) field.current.value = "";
    field.current.focus();
  }

  // What comes back while the next one is being typed is shown below, and comes no nearer.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it comes back
  useEffect(() => {
    if (!outbox || !firstRefused || !field.current || field.current.value) return;
    const { task, key, refusal: why } = firstRefused;
    field.current.value = task;
    setNotAdded({ task, key, why });
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
          defaultValue={refused?.task}
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
          {`“${todo.task}” was not added. ${todo.refusal} `}
          <button type="button" onClick={() => outbox.sendAgain(todo)}>
            Try again
          </button>
        </p>
      ))}
    </form>
  );
}

/** Beside the field stands what is wrong with what is in it; the rest is said above the list. */
function toNotAdded(refused: RefusedChange): NotAdded | undefined {
  const { task, errors, key } = refused;
  const why = errors.task ?? (canBeAddedAgain(refused) ? errors.form : undefined);
  return why ? { task, why, key } : undefined;
}
