import { useCallback, useState } from "react";
import type { Todo } from "../list/todo.server.ts";

interface HeldTodos {
  todos: Todo[];
  isHolding: boolean;
  hold: (todo: Todo, isHeld: boolean) => void;
}

/** The todos of a page, and those that have left it while the user is editing them: what was typed must stay. */
export function useHeldTodos(todos: Todo[]): HeldTodos {
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
  const isHolding = held.length > 0;
  return { todos: gone.length === 0 ? todos : [...todos, ...gone].sort(byPlace), isHolding, hold };
}

function byPlace(a: Todo, b: Todo): number {
  if (a.insertedAt !== b.insertedAt) return a.insertedAt < b.insertedAt ? -1 : 1;
  return BigInt(a.id) < BigInt(b.id) ? -1 : 1;
}
