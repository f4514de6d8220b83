import sql from "sql-template-tag";
import { z } from "zod";
import type { Session } from "#app/auth/session/session.server.ts";
import { database } from "#app/db/current.server.ts";
import { repeatable, statement } from "#app/db/statement.server.ts";
import { onceProfileArrived } from "#app/profiles/arrival.server.ts";
import { chosenViews, parseListView, searchOf } from "../list/views.ts";
import { assigneeFact, assigneesFound, isAssigneeClear, namedAssignee } from "./assign.server.ts";
import { actorOf, change, factsRow, typedField } from "./change.server.ts";

const fields = z.object({
  task: typedField("task"),
  due_on: typedField("due_on").optional(),
  /** An email address. */
  assignee: typedField("assignee").optional(),
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
  const { task, due_on: dueOn = null, assignee = null, key = null } = input;
  return statement(
    factsRow.extend(assigneeFact),
    sql`
      with ${actorOf(session)},
      ${namedAssignee(assignee)},
      added as (
        insert into todos (owner_id, task, due_on, assignee_id, add_key)
        select
          actor.id,
          ${task}::text,
          nullif(${dueOn}::text, '')::date,
          (select min(named.id) from named),
          ${key}::uuid
        from actor
        where ${isAssigneeClear(assignee)}
        on conflict on constraint todos_add_key_once_per_owner do nothing
      )
      select
        exists (select from actor) as "actorLives",
        true as "isThere",
        true as "isAllowed",
        ${isAssigneeClear(assignee)} as "isDone",
        ${assigneesFound(assignee)}
    `,
    { isRepeatable: key !== null },
  );
}

/** The newest page, without the filters that hide the todo; undefined: it shows on the page it was added on. */
async function placeOfAdded(request: Request, added: z.infer<typeof fields>): Promise<string | undefined> {
  const view = parseListView(new URL(request.url).searchParams);
  const { query, before, todoId } = view;
  const chosen = chosenViews(view);
  const showing = chosen.filter(({ hidesAdded }) => !hidesAdded);
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
