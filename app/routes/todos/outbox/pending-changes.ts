import { outboxUserField } from "../changes/answer.ts";
import type { Fields } from "../changes/button-field.ts";
import type { Todo } from "../list/todo.server.ts";
import type { WaitingAdd, WaitingChange } from "./storage.ts";

export function fieldsOf(change: WaitingChange): Fields {
  const { intent, key } = change;
  const user = { [outboxUserField]: change.userId };
  return change.intent === "toggle"
    ? { intent, id: change.id, complete: String(change.complete), ...user }
    : { intent, key, ...change.typed, ...user };
}

/** Adds that the list does not show yet. It may show them before the answer is in. */
export function stillMissing(todos: Todo[], waiting: WaitingChange[]): WaitingAdd[] {
  return waiting
    .filter((change) => change.intent === "add")
    .filter(
      ({ userId, typed: { task }, sentAfter }) =>
        sentAfter === undefined ||
        !todos.some(
          (todo) => todo.ownerId === userId && todo.task === task && BigInt(todo.id) > BigInt(sentAfter),
        ),
    );
}
