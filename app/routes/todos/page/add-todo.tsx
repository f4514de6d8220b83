import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { Sentence } from "#app/components/sentence.tsx";
import {
  canBeAddedAgain,
  type Errors,
  errorOf,
  invalidField,
  isSameTyped,
  type RefusedChange,
  type Typed,
  typedFields,
  typedIn,
  whyOf,
} from "../changes/answer.ts";
import { problemsOf, toStored } from "../changes/rules.ts";
import { DetailFields } from "../details/detail-fields.tsx";
import { typedInForm } from "../details/typed-in-form.ts";
import { useDraft } from "../drafts/use-draft.ts";
import { useKeyShortcut } from "../keyboard/single-letters.ts";
import type { Outbox } from "../outbox/use-outbox.ts";
import { useChangeAction } from "../sending/change-action.ts";

interface AddTodoProps {
  addKey?: string;
  /** A plain form that was refused. */
  refused: RefusedChange | undefined;
  /** Without it the browser sends the form. */
  outbox?: Outbox;
  /** Whose draft the field keeps. */
  userId?: string;
}

interface NotAdded {
  typed: Typed;
  errors: Errors;
  /** Missing if it was never sent. With it, the todo is added only once. */
  key?: string | undefined;
}

/** Without JavaScript it is a plain form with the server's key; with it the outbox sends the todo. */
export function AddTodo({ addKey, refused, outbox, userId }: AddTodoProps) {
  const action = useChangeAction();
  const shortcut = useKeyShortcut("n");
  const errorId = useId();
  const field = useRef<HTMLInputElement>(null);
  const [notAdded, setNotAdded] = useState(refused && toNotAdded(refused));
  const key = refused?.key ?? addKey;
  const invalid = notAdded && (invalidField(notAdded.errors) ?? "task");
  const [firstRefused] = outbox?.refused ?? [];
  const keepDraft = useDraft(userId, "new", (typed) => {
    const form = field.current?.form;
    if (form && isEmpty(form)) fill(form, typed);
  });

  function send(event: FormEvent<HTMLFormElement>) {
    if (!outbox || !field.current) return;
    event.preventDefault();
    const form = event.currentTarget;
    const typed = toStored(typedInForm(form));
    const sameKey = notAdded && isSameTyped(notAdded.typed, typed) ? notAdded.key : undefined;
    const problems = problemsOf(typed);
    const problem = whyOf(problems) ? undefined : outbox.add(typed, sameKey || undefined);
    const errors = { ...problems, ...(problem && { form: problem }) };
    setNotAdded(whyOf(errors) ? { typed, errors } : undefined);
    if (!whyOf(errors)) {
      fill(form, typedIn(undefined));
      keepDraft(undefined);
    }
    field.current.focus();
  }

  // A refused todo returns to the field if that is empty; the others are listed below.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it comes back
  useEffect(() => {
    const form = field.current?.form;
    if (!outbox || !firstRefused || !form || !isEmpty(form)) return;
    const { typed, key, refusal, refusedField } = firstRefused;
    fill(form, typed);
    keepDraft(typed);
    setNotAdded({ typed, key, errors: errorOf(refusedField, refusal) });
    outbox.drop(key);
  }, [firstRefused?.key]);

  return (
    <form
      method="post"
      action={action}
      onSubmit={outbox && send}
      onInput={({ currentTarget: form }) =>
        keepDraft(isEmpty(form) ? undefined : typedIn(new FormData(form)))
      }
      noValidate
      className="add-todo"
    >
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
          dir="auto"
          aria-keyshortcuts={shortcut}
          defaultValue={refused?.typed.task}
          aria-invalid={invalid === "task" || undefined}
          aria-describedby={invalid === "task" ? errorId : undefined}
        />
      </label>
      <button type="submit" className="primary">
        Add
      </button>
      <DetailFields typed={refused?.typed} invalid={invalid} errorId={errorId} />
      {notAdded ? (
        <p id={errorId} className="field-error" role="alert">
          {`${whyOf(notAdded.errors)} `}
          {notAdded.key ? <button type="submit">Try again</button> : null}
        </p>
      ) : null}
      {outbox?.refused.map((todo) => (
        <p key={todo.key} className="field-error" role="alert">
          <Sentence text={`“${todo.typed.task}” was not added. ${todo.refusal} `} />
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
  return invalidField(errors) || canBeAddedAgain(refused) ? { typed, errors, key } : undefined;
}

function isEmpty(form: HTMLFormElement): boolean {
  return isSameTyped(typedIn(new FormData(form)), typedIn(undefined));
}

function fill(form: HTMLFormElement, typed: Typed): void {
  for (const name of typedFields) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement) field.value = typed[name] ?? "";
  }
}
