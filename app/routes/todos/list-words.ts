import type { Page } from "./list-part.server.ts";
import type { ListView } from "./list-view.ts";

/** How many todos are open, among those of the filter. */
export function remainingWords({ remaining, areMoreRemaining }: Page): string {
  if (areMoreRemaining) return `${remaining.toLocaleString("en")}+ todos remaining`;
  return `${remaining} ${remaining === 1 ? "todo" : "todos"} remaining`;
}

/** Why there is nothing in the list. */
export function emptyWords({ show, isMine, query, before }: ListView, { isSearchedInPart }: Page): string {
  const which = [
    isMine ? "of yours" : "",
    show === "active" ? "that is open" : "",
    show === "completed" ? "that is completed" : "",
  ];
  const todo = ["No todo", ...which].filter(Boolean).join(" ");
  if (query) return isSearchedInPart ? `${todo} with “${query}” so far.` : `${todo} with “${query}”.`;
  if (before) return `${todo} before that.`;
  if (isMine && !show) return "You have no todos yet. Add your first one above.";
  if (show === "active") return isMine ? "Nothing left to do for you." : "Nothing left to do.";
  if (show === "completed")
    return isMine ? "You have not completed any todo yet." : "Nothing is completed yet.";
  return "Nothing here yet. Add the first todo above.";
}
