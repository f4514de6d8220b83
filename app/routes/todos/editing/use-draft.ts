import { useEffect, useLayoutEffect, useRef } from "react";
import { type Typed, typedIn } from "../changes/answer.ts";

const name = "todos-draft";

/**
 * Keeps the latest edit whose todo left the screen, after a sign-out for example, until the tab closes.
 * @param unsaved returns what would be lost now
 */
export function useDraft(
  userId: string,
  todoId: string,
  unsaved: () => Typed | undefined,
  onFound: (typed: Typed) => void,
): void {
  const latest = useRef({ unsaved, onFound });
  latest.current = { unsaved, onFound };

  useEffect(() => {
    const typed = take(userId, todoId);
    if (typed) latest.current.onFound(typed);
  }, [userId, todoId]);

  // A layout effect, because later the field is gone.
  useLayoutEffect(
    () => () => {
      const typed = latest.current.unsaved();
      if (typed) keep({ userId, todoId, typed });
    },
    [userId, todoId],
  );
}

function keep(draft: { userId: string; todoId: string; typed: Typed }): void {
  try {
    sessionStorage.setItem(name, JSON.stringify(draft));
  } catch {
    // Without storage the edit is lost.
  }
}

function take(userId: string, todoId: string): Typed | undefined {
  try {
    const draft = JSON.parse(sessionStorage.getItem(name) ?? "null");
    if (draft?.userId === userId && draft.todoId !== todoId) return undefined;
    // Another user's draft goes, too.
    sessionStorage.removeItem(name);
    return draft?.userId === userId ? typedIn(new Map(Object.entries(draft.typed))) : undefined;
  } catch {
    return undefined;
  }
}
