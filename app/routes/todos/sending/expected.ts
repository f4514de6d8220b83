import { typedIn } from "../changes/answer.ts";
import type { Fields } from "../changes/button-field.ts";
import { toStored } from "../changes/rules.ts";
import type { Todo } from "../list/todo.server.ts";

/** The todos as they will be when a change has been made. */
export function withChange(todos: Todo[], fields: Fields, viewerId: string): Todo[] {
  const isComplete = fields.complete === "true";
  switch (fields.intent) {
    case "toggle":
      return todos.map((todo) => (todo.id === fields.id ? { ...todo, isComplete } : todo));
    case "toggle-all":
      return todos.map((todo) => (fields.id?.includes(todo.id) ? { ...todo, isComplete } : todo));
    case "edit":
    case "assign":
      return todos.map((todo) => (todo.id === fields.id ? withTyped(todo, fields) : todo));
    case "delete":
      return todos.filter(({ id }) => id !== fields.id);
    case "clear-completed":
      return todos.filter(
        ({ isComplete, ownerId, isGhost }) =>
          !isComplete || isGhost || (fields.scope !== "everyone" && ownerId !== viewerId),
      );
    default:
      return todos;
  }
}

function withTyped(todo: Todo, fields: Fields): Todo {
  const { task, due_on, assignee } = toStored(typedIn(new Map(Object.entries(fields))));
  return {
    ...todo,
    ...(fields.intent === "edit" && { task }),
    ...(fields.intent === "edit" && due_on !== undefined && { dueOn: due_on || null }),
    // The same empty field stands for nobody, and for a user without an email.
    ...(assignee !== undefined &&
      assignee !== (todo.assigneeEmail ?? "") && { assigneeEmail: assignee || null }),
  };
}

/** Whether the list shows the change. After any change but a tick the page has reloaded the list. */
export function isSeen({ intent, id, complete }: Fields, todos: Todo[]): boolean {
  if (intent !== "toggle") return true;
  const todo = todos.find((each) => each.id === id);
  return !todo || String(todo.isComplete) === complete;
}

export function isSameTodo(one: Fields, other: Fields): boolean {
  return one === other || (typeof one.id === "string" && one.id === other.id);
}
