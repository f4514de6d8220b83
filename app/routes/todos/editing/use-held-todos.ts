import { useCallback, useState } from "react";
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
  const shown = new Set(todos.map(({ id }) => id));
  const gone = held.filter(({ id }) => !shown.has(id));
  return {
    todos: gone.length === 0 ? todos : [...todos, ...gone].sort(byPlace),
    isHolding: held.length > 0,
    hold,
  };
}

function byPlace(a: Todo, b: Todo): number {
  if (a.insertedAt !== b.insertedAt) return a.insertedAt < b.insertedAt ? -1 : 1;
  return BigInt(a.id) < BigInt(b.id) ? -1 : 1;
}
