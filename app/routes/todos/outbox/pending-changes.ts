import type { Todo } from "../list/todo.server.ts";
import type { Fields } from "../sending/change-form.tsx";
import type { WaitingAdd, WaitingChange, WaitingTick } from "./storage.ts";

/** A waiting change as it is sent. */
export function fieldsOf(change: WaitingChange): Fields {
  const { intent, key, userId } = change;
  return isTick(change)
    ? { intent, id: change.id, complete: String(change.complete), by: userId }
    : { intent, key, ...change.typed, by: userId };
}

/** What was added and is not in the list yet. It may be there before the answer is. */
export function stillMissing(todos: Todo[], waiting: WaitingChange[]): WaitingAdd[] {
  return waiting
    .filter(isAdd)
    .filter(
      ({ userId, typed: { task }, sentAfter }) =>
        sentAfter === undefined ||
        !todos.some(
          (todo) => todo.ownerId === userId && todo.task === task && BigInt(todo.id) > BigInt(sentAfter),
        ),
    );
}

export function isTick(change: WaitingChange): change is WaitingTick {
  return change.intent === "toggle";
}

function isAdd(change: WaitingChange): change is WaitingAdd {
  return change.intent === "add";
}
