import type { Undoable } from "#app/routes/todos/changes/answer.ts";
import type { Obstacle } from "#app/routes/todos/outbox/use-obstacle.ts";
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

export const siteUnreachable = "The site cannot be reached.";

const addsWait = "Adds and ticks wait.";

/** How the page stands to the server; "": as it should. */
export function connectionWords(obstacle: Obstacle | "offline" | undefined, isLive: boolean): string {
  switch (obstacle) {
    case "offline":
      return `You are offline. ${addsWait}`;
    case "unreachable":
      return `${siteUnreachable} ${addsWait}`;
    case "busy":
      return `The site is busy. ${addsWait}`;
    case undefined:
      return isLive ? "" : "Not live: what others change shows late.";
  }
}

/** Of a change that the server does not know yet. */
export const waitsToBeSent = "waits to be sent";

export const tooMuchWaits = "Too much waits to be sent already. Do this once you have a connection.";

export const notTicked = (task: string) => `“${task}” was not ticked or unticked.`;

/** Of a text that was left before it was saved, and is in its field again. */
export const notSavedYet = "This was not saved yet.";

const howToUndo = "Undo: Ctrl+Z or the Undo button";

/** What is said aloud of somebody's own changes, which others see. */
export const announced = {
  added: (task: string) => `Added “${task}”`,
  ticked: (task: string, isComplete: boolean) => `${isComplete ? "Ticked" : "Unticked"} “${task}”`,
  waits: (task: string) => `“${task}” ${waitsToBeSent}`,
  saved: (task: string) => `Saved “${task}”`,
  deleted: (task: string) => `Deleted “${task}”. ${howToUndo}`,
  undone: "Undone",
  /** What others have done. */
  listChanged: "The list has changed",
};

/** The same of a change to many todos at once. */
export function announcedBulk({ intent, count }: Pick<Undoable, "intent" | "count">): string {
  const verb = intent === "toggle-all" ? "Changed" : "Cleared";
  return `${verb} ${count} ${count === 1 ? "todo" : "todos"}. ${howToUndo}`;
}

/** What the keys do, in the order in which they are explained. */
export const shortcuts = [
  { keys: "n", does: "Write a new todo" },
  { keys: "/", does: "Search" },
  { keys: "↓ ↑ Home End", does: "Go through the list" },
  { keys: "Space", does: "Tick, or untick" },
  { keys: "e", does: "Edit" },
  { keys: "Delete", does: "Delete" },
  { keys: "Ctrl+Z", does: "Take the latest deletion or bulk change back" },
  { keys: "?", does: "Show this" },
];
