import { useCallback, useRef, useState } from "react";
import type { Todo } from "../list/todo.server.ts";

/** Keeps todos that leave the page while the user is editing them. */
export function useHeldTodos(todos: Todo[]) {
  const [held, setHeld] = useState<Todo[]>([]);
  const hold = useCallback((todo: Todo, isHeld: boolean) => {
    setHeld((others) => {
      const rest = others.filter(({ id }) => id !== todo.id);
      if (isHeld) return [...rest, todo];
      return rest.length === others.length ? others : rest;
    });
  }, []);
  const lastOrder = useRef<string[]>([]);
  const shown = held.reduce((listed, todo) => withHeld(listed, todo, lastOrder.current), todos);
  lastOrder.current = shown.map(({ id }) => id);
  return { todos: shown, isHolding: held.length > 0, hold };
}

/** Before the todo that came next when it was last seen, or at the end. */
function withHeld(todos: Todo[], held: Todo, lastOrder: string[]): Todo[] {
  const ids = todos.map(({ id }) => id);
  if (ids.includes(held.id)) return todos;
  const next = lastOrder.slice(lastOrder.indexOf(held.id)).find((id) => ids.includes(id));
  const place = next === undefined ? ids.length : ids.indexOf(next);
  return [...todos.slice(0, place), held, ...todos.slice(place)];
}
