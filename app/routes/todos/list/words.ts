import type { Page } from "./page.server.ts";
import { chosenViews, type ListView } from "./views.ts";

export function remainingWords({ remaining, areMoreRemaining }: Page): string {
  if (areMoreRemaining) return `${remaining.toLocaleString("en")}+ todos remaining`;
  return `${remaining} ${remaining === 1 ? "todo" : "todos"} remaining`;
}

export function emptyWords(view: ListView, { isSearchedInPart }: Page): string {
  const chosen = chosenViews(view);
  const [only] = chosen;
  const words = chosen.map(({ which }) => which);
  const none = [
    "No",
    ...words.flatMap((which) => ("before" in which ? which.before : [])),
    "todos",
    ...words.flatMap((which) => ("after" in which ? which.after : [])),
  ].join(" ");
  if (view.query) return `${none} match “${view.query}”${isSearchedInPart ? " so far" : ""}.`;
  if (view.before) return `${none} before this.`;
  if (!only) return "No todos yet. Add the first one above.";
  return chosen.length === 1 ? only.empty : `${none}.`;
}
