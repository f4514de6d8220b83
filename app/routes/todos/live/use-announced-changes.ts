import { useFetchers, useLocation } from "@remix-run/react";
import { useEffect, useRef } from "react";
import { useAnnounce } from "#app/components/announcer.tsx";
import type { Todo } from "../list/todo.server.ts";

const pauseMs = 2_000;

/**
 * Tells screen readers that other users changed the list.
 * @param isChanging the user's own change is on its way, or not in the list yet
 */
export function useAnnouncedChanges(todos: Todo[], isChanging: boolean): void {
  const announce = useAnnounce();
  const { search } = useLocation();
  const isFetching = useFetchers().some(({ state }) => state !== "idle");
  const isSending = isChanging || isFetching;
  const content = JSON.stringify(
    todos.map(({ id, task, isComplete, assigneeEmail, dueOn }) => [
      id,
      task,
      isComplete,
      assigneeEmail,
      dueOn,
    ]),
  );
  const last = useRef({ search, isSending, content });
  const waiting = useRef<ReturnType<typeof setTimeout>>();

  useEffect(() => {
    const before = last.current;
    last.current = { search, isSending, content };
    if (content === before.content || search !== before.search) return;
    // The user's own change may arrive ahead of its answer, or with it, when `isSending` is false again.
    if (isSending || before.isSending) return;
    waiting.current ??= setTimeout(() => {
      waiting.current = undefined;
      announce("The list has changed");
    }, pauseMs);
  }, [content, search, isSending, announce]);

  useEffect(
    () => () => {
      clearTimeout(waiting.current);
      waiting.current = undefined;
    },
    [],
  );
}
