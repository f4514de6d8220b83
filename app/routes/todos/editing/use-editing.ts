import { useFetcher } from "@remix-run/react";
import { type FocusEvent, useEffect, useRef, useState } from "react";
import { useAnnounce } from "#app/components/announcer.tsx";
import { isVisible, trimmed } from "#app/platform/visible-text.ts";
import {
  type ActionAnswer,
  byScript,
  type Errors,
  isSameTyped,
  type RefusedChange,
  type Typed,
  typedIn,
  whyOf,
} from "../changes/answer.ts";
import { toStored } from "../changes/rules.ts";
import { useDraft } from "../drafts/use-draft.ts";
import type { Todo } from "../list/todo.server.ts";
import { announced } from "../sending/announced.ts";
import { useChangeAction } from "../sending/change-form.tsx";
import { inOneLine } from "./one-line.ts";

interface Editing {
  typed: Typed;
  selects: boolean;
  takesFocus: boolean;
  errors: Errors;
}

interface EditingOptions {
  userId: string;
  todo: Todo;
  /** By `?edit=`, as without JavaScript. */
  isAskedFor: boolean;
  /** A plain form that the server refused. */
  refused: RefusedChange | undefined;
  /** Keeps the todo on the page while it is edited. */
  hold: (todo: Todo, isHeld: boolean) => void;
}

/** What was saved shows at once; what was refused is in the fields again, beside the reason. */
export function useEditing({ userId, todo, isAskedFor, refused, hold }: EditingOptions) {
  const { state, data, formData, submit } = useFetcher<ActionAnswer>();
  const action = useChangeAction();
  const announce = useAnnounce();
  const item = useRef<HTMLLIElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const mustFocusButton = useRef(false);
  const [asksToDelete, setAsksToDelete] = useState(false);
  const [editing, setEditing] = useState<Editing | undefined>(
    isAskedFor || refused ? startOf(todo, refused) : undefined,
  );
  const [sent, setSent] = useState<Typed>();
  const keepDraft = useDraft(userId, todo.id, (typed) => {
    // It may have been saved after all.
    if (isSameTyped(toStored(typed), typedOf(todo))) keepDraft(undefined);
    else
      setEditing({ typed, selects: false, takesFocus: true, errors: { form: "This edit isn't saved yet." } });
  });

  function start(): void {
    setEditing({ typed: sent ?? typedOf(todo), selects: true, takesFocus: true, errors: {} });
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
    keepDraft(isToKeep ? typed : undefined);
  }

  function save(typed: Typed): void {
    if (!isVisible(typed.task)) {
      setAsksToDelete(true);
      return;
    }
    // Not compared with the todo, which another user may have edited since.
    const isUnchanged = editing && !whyOf(editing.errors) && isSameTyped(typed, inOneLine(editing.typed));
    if (isUnchanged) {
      cancel();
      return;
    }
    stop();
    setSent(typed);
    submit({ intent: "edit", id: todo.id, ...typed, ...byScript }, { method: "post", action });
  }

  function leave({ target, relatedTarget }: FocusEvent): void {
    // The window may have lost the focus, not the field.
    const isInside = item.current?.contains(relatedTarget) || document.activeElement === target;
    const typed = inFields();
    if (typed && !isInside) save(typed);
  }

  function inFields(): Typed | undefined {
    const form = item.current?.querySelector<HTMLFormElement>("form.edit-todo");
    return form ? typedIn(new FormData(form)) : undefined;
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: settled once, when the answer and the new list are in
  useEffect(() => {
    if (state !== "idle" || !data || sent === undefined) return;
    setSent(undefined);
    if (data.ok) {
      if (!editing) keepDraft(undefined);
      announce(announced.saved(trimmed(sent.task)));
      return;
    }
    const takesFocus = document.activeElement === document.body || document.activeElement === button.current;
    setEditing((others) => ({ selects: false, takesFocus, typed: sent, ...others, errors: data.errors }));
  }, [state, data]);

  useEffect(() => {
    if (editing || !mustFocusButton.current) return;
    mustFocusButton.current = false;
    button.current?.focus({ preventScroll: true });
  }, [editing]);

  const isHeld = editing !== undefined || sent !== undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the page knows the newest of the todo by itself
  useEffect(() => {
    hold(todo, isHeld);
    return () => hold(todo, false);
  }, [isHeld]);

  const shown = formData ? toStored(typedIn(formData)) : typedOf(todo);
  return { shown, editing, asksToDelete, item, button, start, cancel, keep, save, leave };
}

function startOf(todo: Todo, refused: RefusedChange | undefined): Editing {
  return {
    typed: { ...typedOf(todo), ...refused?.typed },
    errors: refused?.errors ?? {},
    selects: false,
    takesFocus: true,
  };
}

/** The part of a todo that can be typed. */
function typedOf(todo: Typed): Typed {
  return typedIn(new Map(Object.entries(todo)));
}
