import { type FocusEvent, useEffect, useRef, useState } from "react";
import { isVisible, trimmed } from "#app/platform/visible-text.ts";
import { type Errors, isSameTyped, type RefusedChange, type Typed, whyOf } from "../changes/answer.ts";
import { beganFrom, problemsOf, toStored } from "../changes/rules.ts";
import { typedInForm } from "../details/typed-in-form.ts";
import { useDraft } from "../drafts/use-draft.ts";
import type { Todo } from "../list/todo.server.ts";
import { announced } from "../sending/announced.ts";
import type { Undo } from "../undo/use-undo.ts";
import { inOneLine } from "./one-line.ts";

interface Editing {
  typed: Typed;
  /** The fields as the edit began; undefined: unknown, and saving replaces all. */
  was: Typed | undefined;
  /** The task that replaced it meanwhile: the user has to choose. */
  theirs?: string | undefined;
  selects: boolean;
  takesFocus: boolean;
  errors: Errors;
}

interface EditingOptions {
  userId: string;
  /** As it will be once the edits on their way are made. */
  todo: Todo;
  /** They may not edit it. */
  assignsOnly: boolean;
  /** By `?edit=`, as without JavaScript. */
  isAskedFor: boolean;
  /** A plain form that the server refused. */
  refused: RefusedChange | undefined;
  isSaving: boolean;
  send: Undo["send"];
  /** Keeps the todo on the page while it is edited. */
  hold: (todo: Todo, isHeld: boolean) => void;
}

/** What was saved shows at once; what was refused is in the fields again, beside the reason. */
export function useEditing(options: EditingOptions) {
  const { userId, todo, assignsOnly, isAskedFor, refused, isSaving, send, hold } = options;
  const item = useRef<HTMLLIElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const mustFocusButton = useRef(false);
  const [asksToDelete, setAsksToDelete] = useState(false);
  const [editing, setEditing] = useState<Editing | undefined>(
    isAskedFor || refused ? startOf(todo, refused) : undefined,
  );
  const isEditing = useRef(false);
  isEditing.current = editing !== undefined;
  const lastSaved = useRef<Typed>();
  const keepDraft = useDraft(userId, todo.id, ({ was, ...typed }) => {
    // It may have been saved after all.
    if (isSameTyped(toStored(typed), typedOf(todo))) keepDraft(undefined);
    else {
      const errors = { form: "This edit isn't saved yet." };
      setEditing({ typed, was, selects: false, takesFocus: true, errors });
    }
  });

  function start(): void {
    setEditing({ ...startOf(todo, undefined), selects: true });
  }

  function stop(): void {
    mustFocusButton.current = item.current?.contains(document.activeElement) ?? false;
    setEditing(undefined);
    setAsksToDelete(false);
  }

  function cancel(): void {
    keepDraft(undefined);
    stop();
  }

  function keep(typed: Typed): void {
    const isToKeep = isVisible(typed.task) && !isSameTyped(typed, inOneLine(typedOf(todo)));
    keepDraft(isToKeep ? { ...typed, was: editing?.was } : undefined);
  }

  function save(typed: Typed): void {
    if (!isVisible(typed.task)) {
      setAsksToDelete(true);
      return;
    }
    const { due_on: problem } = problemsOf(toStored(typed));
    if (problem) {
      setEditing((now) => now && { ...now, errors: { due_on: problem } });
      return;
    }
    // Not compared with the todo, which another user may have edited since.
    const isUnchanged = editing && !whyOf(editing.errors) && isSameTyped(typed, inOneLine(editing.typed));
    if (isUnchanged) {
      cancel();
      return;
    }
    stop();
    lastSaved.current = typed;
    const { was, theirs } = editing ?? startOf(todo, undefined);
    send(
      {
        intent: assignsOnly ? "assign" : "edit",
        id: todo.id,
        ...typed,
        ...beganFrom(theirs === undefined ? was : { ...was, task: theirs }),
      },
      {
        otherwise: "",
        said: announced.saved(trimmed(typed.task)),
        onMade() {
          if (!isEditing.current && lastSaved.current === typed) keepDraft(undefined);
        },
        onRefused({ errors, theirs: newer }) {
          // A later text is on its way, and has an answer of its own.
          if (lastSaved.current !== typed) return true;
          const focused = document.activeElement;
          const takesFocus = focused === document.body || focused === button.current;
          setEditing((others) => ({
            selects: false,
            takesFocus,
            typed,
            ...others,
            was,
            theirs: newer ?? theirs,
            errors,
          }));
          return true;
        },
      },
    );
  }

  function leave({ target, relatedTarget }: FocusEvent): void {
    // The window may have lost the focus, not the field.
    const isInside = item.current?.contains(relatedTarget) || document.activeElement === target;
    const typed = inFields();
    const mustChoose = editing?.theirs !== undefined;
    if (typed && !isInside && !mustChoose) save(typed);
  }

  function inFields(): Typed | undefined {
    const form = item.current?.querySelector<HTMLFormElement>("form.edit-todo");
    return form ? typedInForm(form) : undefined;
  }

  useEffect(() => {
    if (editing || !mustFocusButton.current) return;
    mustFocusButton.current = false;
    button.current?.focus({ preventScroll: true });
  }, [editing]);

  const isHeld = editing !== undefined || isSaving;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the page knows the newest of the todo by itself
  useEffect(() => {
    hold(todo, isHeld);
    return () => hold(todo, false);
  }, [isHeld]);

  return { editing, asksToDelete, item, button, start, cancel, keep, save, leave };
}

function startOf(todo: Todo, refused: RefusedChange | undefined): Editing {
  return {
    typed: { ...typedOf(todo), ...refused?.typed },
    was: refused ? refused.was : typedOf(todo),
    theirs: refused?.theirs,
    errors: refused?.errors ?? {},
    selects: false,
    takesFocus: true,
  };
}

/** The part of a todo that can be typed. */
function typedOf({ task, dueOn, assigneeEmail }: Todo): Typed {
  return { task, due_on: dueOn ?? "", assignee: assigneeEmail ?? "" };
}
