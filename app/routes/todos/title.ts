import { timeWords } from "#app/components/time.tsx";
import { chosenViews } from "./list/views.ts";
import type { PageData } from "./page-data.server.ts";

type SentList = Extract<PageData, { view: "list" }>;

const longestWords = 60;

/** @param search the URL's, which names a todo that is edited without JavaScript */
export function listTitle(data: PageData | undefined, search: string): string {
  switch (data?.view) {
    case "landing":
      return "One list for the whole team · Todos";
    case "list": {
      const words = [...editWords(data.todos, search), ...viewWords(data)];
      return words.length > 0 ? `${words.join(", ")} · Todos` : "Todos";
    }
    default:
      return "Todos";
  }
}

function editWords(todos: SentList["todos"], search: string): string[] {
  const id = new URLSearchParams(search).get("edit");
  const edited = todos.find((todo) => todo.id === id);
  return edited ? [`Edit “${cut(edited.task)}”`] : [];
}

function viewWords({ listView, todos, isLinkedThere }: SentList): string[] {
  const { query, before, teamFrom, todoId } = listView;
  const linked = todos.find(({ id }) => id === todoId);
  return [
    linked ? `“${cut(linked.task)}”` : isLinkedThere ? "" : "Todo not found",
    ...chosenViews(listView).map(({ link }) => link),
    query && `Search for “${cut(query)}”`,
    before && !todoId ? `Before ${timeWords(before.insertedAt)}` : "",
    teamFrom === null ? "" : `Team progress${teamFrom > 1 ? ` from ${teamFrom}` : ""}`,
  ].filter(Boolean);
}

function cut(words: string): string {
  const characters = [...words];
  return characters.length > longestWords ? `${characters.slice(0, longestWords).join("")}…` : words;
}
