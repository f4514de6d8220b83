import { useFetchers, useLocation } from "@remix-run/react";
import { useEffect, useRef } from "react";
import { useAnnounce } from "#app/components/announcer.tsx";
import type { Todo } from "../list/todo.server.ts";

/** Said no more often than this, however much happens. */
const pauseMs = 2_000;

/**
 * Says that other users have changed the list. What this user changes is said where they do it.
 * @param isChanging whether a change of this user's is on its way, or made and not in the list yet
 */
export function useAnnouncedChanges(todos: Todo[], isChanging: boolean): void {
  const announce = useAnnounce();
  const { search } = useLocation();
  const isFetching = useFetchers().some(({ state }) => state !== "idle");
  const isSending = isChanging || isFetching;
  const content = JSON.stringify(todos.map(({ id, task, isComplete }) => [id, task, isComplete]));
  const last = useRef({ search, isSending, content });
  const waiting = useRef<ReturnType<typeof setTimeout>>();

  useEffect(() => {
    const before = last.current;
    last.current = { search, isSending, content };
    if (content === before.content || search !== before.search) return;
    // The user's own change comes with its answer, when nothing is on its way any more, or ahead of it.
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
