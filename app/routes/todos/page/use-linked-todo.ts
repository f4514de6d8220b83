import { useEffect, useRef } from "react";

/** Scrolls to the linked todo once. @returns the ref of the list, in which aria-current marks it */
export function useLinkedTodo(todoId: string | null) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    if (todoId) list.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "center" });
  }, [todoId]);
  return list;
}
