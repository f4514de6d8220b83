import { useFetcher } from "@remix-run/react";
import { type FocusEvent, useEffect, useRef, useState } from "react";
import { useAnnounce } from "#app/components/announcer.tsx";
import { type ActionAnswer, byScript, type RefusedChange } from "../changes/answer.ts";
import type { Todo } from "../list/todo.server.ts";
import { announced } from "../sending/announced.ts";
import { useChangeAction } from "../sending/change-form.tsx";
import { toOneLine } from "./one-line.ts";
import { useDraft } from "./use-draft.ts";

interface Editing {
  text: string;
  selects: boolean;
  takesFocus: boolean;
  error?: string | undefined;
}

interface EditingOptions {
  userId: string;
  todo: Todo;
  /** By `?edit=`, as without JavaScript. */
  isAskedFor: boolean;
  /** A plain form that the server refused. */
  refused: RefusedChange | undefined;
  /** Keeps the todo on the page while its text is needed. */
  hold: (todo: Todo, isHeld: boolean) => void;
}

/** A saved text shows at once; a refused one is in the field again, beside the reason. */
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
  const [sent, setSent] = useState<string>();

  function start(): void {
    setEditing({ text: sent ?? todo.task, selects: true, takesFocus: true });
  }

  function stop(): void {
    mustFocusButton.current = item.current?.contains(document.activeElement) ?? false;
    setEditing(undefined);
    setAsksToDelete(false);
  }

  function save(text: string): void {
    if (text.trim() === "") {
      setAsksToDelete(true);
      return;
    }
    // Not compared with the todo, which another user may have edited since.
    const isUnchanged = editing && !editing.error && text === toOneLine(editing.text);
    stop();
    if (isUnchanged) return;
    setSent(text);
    submit({ intent: "edit", id: todo.id, task: text, ...byScript }, { method: "post", action });
  }

  function leave({ target, relatedTarget }: FocusEvent): void {
    // The window may have lost the focus, not the field.
    const isInside = item.current?.contains(relatedTarget) || document.activeElement === target;
    const text = typed();
    if (text !== undefined && !isInside) save(text);
  }

  function typed(): string | undefined {
    return item.current?.querySelector<HTMLInputElement>("input[name=task]")?.value;
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: settled once, when the answer and the new list are in
  useEffect(() => {
    if (state !== "idle" || !data || sent === undefined) return;
    setSent(undefined);
    if (data.ok) {
      announce(announced.saved(sent.trim()));
      return;
    }
    const takesFocus = document.activeElement === document.body || document.activeElement === button.current;
    const error = data.errors.task ?? data.errors.form;
    setEditing((others) => ({ selects: false, takesFocus, text: sent, ...others, error }));
  }, [state, data]);

  useEffect(() => {
    if (editing || !mustFocusButton.current) return;
    mustFocusButton.current = false;
    button.current?.focus({ preventScroll: true });
  }, [editing]);

  useDraft(
    userId,
    todo.id,
    () => {
      const text = editing ? typed() : sent;
      return text === toOneLine(todo.task) ? undefined : text;
    },
    (text) => {
      // It may have been saved after all.
      if (text.trim() === todo.task) return;
      setEditing({ text, selects: false, takesFocus: true, error: "This edit isn't saved yet." });
    },
  );

  const isHeld = editing !== undefined || sent !== undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the page knows the newest of the todo by itself
  useEffect(() => {
    hold(todo, isHeld);
    return () => hold(todo, false);
  }, [isHeld]);

  const saving = formData?.get("task");
  const task = typeof saving === "string" ? saving.trim() : todo.task;
  return { task, editing, asksToDelete, item, button, start, stop, save, leave };
}

function startOf(todo: Todo, refused: RefusedChange | undefined): Editing {
  const error = refused?.errors.task ?? refused?.errors.form;
  return { text: refused?.typed.task ?? todo.task, error, selects: false, takesFocus: true };
}
