import type { Todo } from "./queries.server.ts";
import type { SentChange } from "./use-undoable-changes.ts";

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
