import type { Fields } from "#app/routes/todos/changes/change-form.tsx";
import type { Todo } from "#app/routes/todos/list/queries.server.ts";
import type { SentChange } from "#app/routes/todos/undo/use-undoable-changes.ts";
import type { WaitingAdd, WaitingChange, WaitingTick } from "./storage.ts";

/** The todos as they will be when the changes that are on their way have been made. */
export function withSent(todos: Todo[], sent: SentChange[], viewerId: string): Todo[] {
  return sent.reduce((shown, { fields }) => {
    switch (fields.intent) {
      case "delete":
        return shown.filter(({ id }) => id !== fields.id);
      case "toggle-all": {
        const isComplete = fields.complete === "true";
        return shown.map((todo) => (fields.id?.includes(todo.id) ? { ...todo, isComplete } : todo));
      }
      case "clear-completed":
        return shown.filter(
          ({ isComplete, ownerId, isGhost }) =>
            !isComplete || isGhost || (fields.scope !== "everyone" && ownerId !== viewerId),
        );
      default:
        return shown;
    }
  }, todos);
}

/** The todos as they will be when what was ticked has been sent. */
export function withTicks(todos: Todo[], waiting: WaitingChange[]): Todo[] {
  const ticks = new Map(waiting.filter(isTick).map((tick) => [tick.id, tick.complete]));
  return ticks.size === 0
    ? todos
    : todos.map((todo) => ({ ...todo, isComplete: ticks.get(todo.id) ?? todo.isComplete }));
}

/** A waiting change as it is sent. */
export function fieldsOf(change: WaitingChange): Fields {
  const { intent, key, task, userId } = change;
  return isTick(change)
    ? { intent, id: change.id, complete: String(change.complete), by: userId }
    : { intent, key, task, by: userId };
}

/** What was added and is not in the list yet. It may be there before the answer is. */
export function stillMissing(todos: Todo[], waiting: WaitingChange[]): WaitingAdd[] {
  return waiting
    .filter(isAdd)
    .filter(
      ({ userId, task, sentAfter }) =>
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

/** How many more todos are open than the server has counted. */
export function moreOpen(todos: Todo[], waiting: WaitingChange[]): number {
  const isOpen = ({ isComplete }: Todo) => !isComplete;
  const difference = withTicks(todos, waiting).filter(isOpen).length - todos.filter(isOpen).length;
  return difference + stillMissing(todos, waiting).length;
}
