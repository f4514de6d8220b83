import { useNavigate } from "@remix-run/react";
import { type FormEvent, useId, useRef, useState } from "react";
import { useAnnounce } from "./announcer.tsx";
import { type ActionAnswer, canBeAddedAgain, type RefusedChange } from "./answer.ts";
import { useChangeAction } from "./change-form.tsx";
import { announced } from "./list-words.ts";
import { Sending } from "./sending.tsx";
import { useKeyShortcut } from "./single-letters.ts";

/** A todo on its way. Its key makes the server add it once, however often it is sent. */
interface SentTodo {
  key: string;
  task: string;
}

/**
 * The field for a new todo. Without JavaScript it is a plain form with the server's key; with it each press
 * of Add is a request of its own, so that a quick second one does not interrupt the first.
 */
export function AddTodo({ addKey, refused }: { addKey?: string; refused: RefusedChange | undefined }) {
  const action = useChangeAction();
  const navigate = useNavigate();
  const announce = useAnnounce();
  const shortcut = useKeyShortcut("n");
  const errorId = useId();
  const field = useRef<HTMLInputElement>(null);
  const [sent, setSent] = useState<SentTodo[]>([]);
  const [answered, setAnswered] = useState<RefusedChange>();
  // Those that failed while the next one was being typed into the field.
  const [notAdded, setNotAdded] = useState<(SentTodo & { why: string })[]>([]);
  const failed = answered ?? refused;
  const isTemporary = failed !== undefined && canBeAddedAgain(failed);
  const error = failed?.errors.task ?? (isTemporary ? failed.errors.form : answered?.errors.form);
  const key = failed?.key ?? addKey;

  function send(event: FormEvent<HTMLFormElement>) {
    if (!field.current) return;
    event.preventDefault();
    const task = field.current.value;
    const sameKey = failed?.task === task ? failed.key : undefined;
    setSent((others) => [...others, { task, key: sameKey || newKey() }]);
    setAnswered(undefined);
    field.current.value = "";
    field.current.focus();
  }

  function settle(todo: SentTodo, answer: ActionAnswer) {
    setSent((others) => others.filter((other) => other !== todo));
    if (answer.ok) {
      announce(announced.added(todo.task.trim()));
      if (answer.place) navigate(answer.place);
      return;
    }
    if (field.current && !field.current.value) {
      field.current.value = todo.task;
      setAnswered({ ...answer, ...todo });
    } else {
      const why = answer.errors.task ?? answer.errors.form ?? "";
      setNotAdded((others) => [...others, { ...todo, why }]);
    }
  }

  function sendAgain({ key, task }: SentTodo) {
    setNotAdded((others) => others.filter((other) => other.key !== key));
    setSent((others) => [...others, { key, task }]);
  }

  return (
    <form method="post" action={action} onSubmit={send} noValidate className="add-todo">
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
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? errorId : undefined}
        />
      </label>
      <button type="submit" className="primary">
        Add
      </button>
      {error ? (
        <p id={errorId} className="field-error" role="alert">
          {`${error} `}
          {isTemporary ? <button type="submit">Try again</button> : null}
        </p>
      ) : null}
      {notAdded.map((todo) => (
        <p key={todo.key} className="field-error" role="alert">
          {`“${todo.task}” was not added. ${todo.why} `}
          <button type="button" onClick={() => sendAgain(todo)}>
            Try again
          </button>
        </p>
      ))}
      {sent.map((todo) => (
        <Sending
          key={todo.key}
          fetcherKey={todo.key}
          fields={{ intent: "add", ...todo }}
          onAnswer={(answer) => settle(todo, answer)}
        />
      ))}
    </form>
  );
}

/** A random UUID. `crypto.randomUUID` is there in secure contexts only, and plain http hosts are none. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
