import sql from "sql-template-tag";
import { z } from "zod";
import type { Session } from "#app/auth/session/session.server.ts";
import { database } from "#app/db/current.server.ts";
import { repeatable, statement } from "#app/db/statement.server.ts";
import { onceProfileArrived } from "#app/profiles/arrival.server.ts";
import { chosenViews, parseListView, searchOf } from "../list/views.ts";
import type { Typed } from "./answer.ts";
import { actorOf, change, factsRow, typedField } from "./change.server.ts";

const fields = z.object({
  task: typedField("task"),
  key: z.uuid("This form is damaged. Reload the page.").optional(),
});

/** The same key again adds nothing, and succeeds. */
export const add = change({
  intent: "add",
  fields,
  statement: addTodo,
  run: onceProfileArrived,
  shownAt: placeOfAdded,
});

function addTodo(session: Session, input: z.infer<typeof fields>) {
  const { task, key = null } = input;
  return statement(
    factsRow,
    sql`
      with ${actorOf(session)},
      added as (
        insert into todos (owner_id, task, add_key)
        select actor.id, ${task}::text, ${key}::uuid
        from actor
        on conflict on constraint todos_add_key_once_per_owner do nothing
      )
      select
        exists (select from actor) as "actorLives",
        true as "isThere",
        true as "isAllowed",
        true as "isDone"
    `,
    { isRepeatable: key !== null },
  );
}

/** The newest page, without the filters that hide the todo; undefined: it shows on the page it was added on. */
async function placeOfAdded(request: Request, added: Typed): Promise<string | undefined> {
  const view = parseListView(new URL(request.url).searchParams);
  const { query, before, todoId } = view;
  const chosen = chosenViews(view);
  const showing = chosen.filter(({ hidesAdded }) => !hidesAdded?.(added));
  const isFound = query === "" || (await holds(added.task, query));
  if (isFound && showing.length === chosen.length && !before && !todoId) return undefined;
  return `/${searchOf({
    ...view,
    chosen: Object.fromEntries(showing.map(({ parameter, value }) => [parameter, value])),
    query: isFound ? query : "",
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
