import { useEffect, useRef } from "react";

/**
 * Brings the todo that a link leads to into view, once.
 * @returns for the list that holds it, marked with aria-current
 */
export function useLinkedTodo(todoId: string | null) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    if (todoId) list.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "center" });
  }, [todoId]);
  return list;
}
