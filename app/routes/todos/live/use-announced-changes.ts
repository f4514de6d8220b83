import { useFetchers, useLocation } from "@remix-run/react";
import { useEffect, useRef } from "react";
import { useAnnounce } from "#app/components/announcer.tsx";
import { announced } from "#app/routes/todos/list/list-words.ts";
import type { Todo } from "#app/routes/todos/list/queries.server.ts";

/** It is announced at most this often. */
const pauseMs = 2_000;

/** Announces that others have changed the list. Viewers hear of their own changes where they make them. */
export function useAnnouncedChanges(todos: Todo[]): void {
  const announce = useAnnounce();
  const { search } = useLocation();
  const isSending = useFetchers().some(({ state }) => state !== "idle");
  const content = JSON.stringify(todos.map(({ id, task, isComplete }) => [id, task, isComplete]));
  const last = useRef({ search, isSending, content });
  const waiting = useRef<ReturnType<typeof setTimeout>>();

  useEffect(() => {
    const before = last.current;
    last.current = { search, isSending, content };
    if (content === before.content || search !== before.search) return;
    // The viewer's own change comes with its answer, just as nothing is being sent any more, or before it.
    if (isSending || before.isSending) return;
    waiting.current ??= setTimeout(() => {
      waiting.current = undefined;
      announce(announced.listChanged);
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
