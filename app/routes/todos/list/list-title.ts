import type { ListData } from "./list.server.ts";
import type { ListView } from "./list-view.ts";

type List = Extract<ListData, { view: "list" }>;

/** Longer words of somebody's own are cut off in a title, which a tab and a bookmark cut off even sooner. */
const longestWords = 60;

/**
 * The title of `/`, by which each view of the list is told from the others, in a tab, a bookmark, or the history.
 * @param search the URL's, which alone names a todo that is edited without JavaScript
 */
export function listTitle(data: ListData | undefined, search: string): string {
  switch (data?.view) {
    case "landing":
      return "One list for the whole team · Todos";
    case "unavailable":
      return "Not reachable · Todos";
    case "list": {
      const words = [...editWords(data.todos, search), ...viewWords(data)];
      return words.length > 0 ? `${words.join(", ")} · Todos` : "Todos";
    }
    default:
      return "Todos";
  }
}

function editWords(todos: List["todos"], search: string): string[] {
  const id = new URLSearchParams(search).get("edit");
  const edited = todos.find((todo) => todo.id === id);
  return edited ? [`Edit “${cut(edited.task)}”`] : [];
}

function viewWords({ listView, todos, isLinkedThere }: List): string[] {
  const { show, isMine, query, before, teamFrom, todoId } = listView;
  const linked = todos.find(({ id }) => id === todoId);
  return [
    linked ? `“${cut(linked.task)}”` : isLinkedThere ? "" : "Todo not found",
    showWords({ show, isMine }),
    query && `Search for “${cut(query)}”`,
    before && !todoId
      ? `Before ${before.insertedAt.slice(0, 10)} ${before.insertedAt.slice(11, 16)} UTC`
      : "",
    teamFrom === null ? "" : `Team progress${teamFrom > 1 ? ` from ${teamFrom}` : ""}`,
  ].filter(Boolean);
}

function showWords({ show, isMine }: Pick<ListView, "show" | "isMine">): string {
  if (show === "active") return isMine ? "Mine, active" : "Active";
  if (show === "completed") return isMine ? "Mine, completed" : "Completed";
  return isMine ? "Mine" : "";
}

function cut(words: string): string {
  const characters = [...words];
  return characters.length > longestWords ? `${characters.slice(0, longestWords).join("")}…` : words;
}
