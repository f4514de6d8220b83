import sql from "sql-template-tag";
import { z } from "zod";
import { database } from "#app/db/current.server.ts";
import { repeatable, statement } from "#app/db/statement.server.ts";
import { parseListView, searchOf } from "#app/routes/todos/list/list-view.ts";

/**
 * Where a todo that was just added is to be seen, when that is not the page on which it was added: the newest one,
 * without what would hide it.
 * @param task as it was added
 * @returns the path, or undefined where the page shows it
 */
export async function placeOfAdded(request: Request, task: string): Promise<string | undefined> {
  const view = parseListView(new URL(request.url).searchParams);
  const isFound = view.query === "" || (await holds(task, view.query));
  if (isFound && view.show !== "completed" && !view.before && !view.todoId) return undefined;
  return `/${searchOf({
    ...view,
    show: view.show === "completed" ? null : view.show,
    query: isFound ? view.query : "",
    before: null,
    todoId: null,
  })}`;
}

async function holds(task: string, query: string): Promise<boolean> {
  const [row] = await database().query(
    statement(
      z.object({ isFound: z.boolean() }),
      sql`select coalesce(searchable(${task}::text) like search_pattern(${query}::text), false) as "isFound"`,
      repeatable,
    ),
  );
  return row?.isFound ?? false;
}
