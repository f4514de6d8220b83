import { useEffect, useLayoutEffect, useRef } from "react";

const name = "todos-draft";

/**
 * Keeps an edit whose todo leaves the screen, because the user was signed out in the middle of it, say, and brings it
 * back with both. Only the latest edit is kept, for as long as the tab is open.
 * @param unsaved what would be lost at any moment; undefined: nothing
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

  // While it is taken off the screen: afterwards its field is not there any more.
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
    // A browser that stores nothing loses it.
  }
}

function take(userId: string, todoId: string): string | undefined {
  try {
    const draft = JSON.parse(sessionStorage.getItem(name) ?? "null");
    if (draft?.userId === userId && draft.todoId !== todoId) return undefined;
    // What another user left behind goes, too.
    sessionStorage.removeItem(name);
    return draft?.userId === userId && typeof draft.text === "string" ? draft.text : undefined;
  } catch {
    return undefined;
  }
}
