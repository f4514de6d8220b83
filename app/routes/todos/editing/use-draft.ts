import { useEffect, useLayoutEffect, useRef } from "react";

const name = "todos-draft";

/**
 * Keeps the latest edit whose todo left the screen, after a sign-out for example, until the tab closes.
 * @param unsaved returns what would be lost now
 */
export function useDraft(
  userId: string,
  todoId: string,
  unsaved: () => string | undefined,
  onFound: (text: string) => void,
): void {
  const latest = useRef({ unsaved, onFound });
  latest.current = { unsaved, onFound };

  useEffect(() => {
    const text = take(userId, todoId);
    if (text !== undefined) latest.current.onFound(text);
  }, [userId, todoId]);

  // A layout effect, because later the field is gone.
  useLayoutEffect(
    () => () => {
      const text = latest.current.unsaved();
      if (text !== undefined) keep({ userId, todoId, text });
    },
    [userId, todoId],
  );
}

function keep(draft: { userId: string; todoId: string; text: string }): void {
  try {
    sessionStorage.setItem(name, JSON.stringify(draft));
  } catch {
    // Without storage the edit is lost.
  }
}

function take(userId: string, todoId: string): string | undefined {
  try {
    const draft = JSON.parse(sessionStorage.getItem(name) ?? "null");
    if (draft?.userId === userId && draft.todoId !== todoId) return undefined;
    // Another user's draft goes, too.
    sessionStorage.removeItem(name);
    return draft?.userId === userId && typeof draft.text === "string" ? draft.text : undefined;
  } catch {
    return undefined;
  }
}
