import type { Person } from "../people.ts";
import { type Fields, isDay, isEmpty, isFlag, isId, isUuid, taskIn } from "./fields.ts";
import { type Form, ifIntent } from "./form.ts";

/** Of the actor's own todos: a page with all of them takes a quarter more of the server's time. */
export const listPath = "/?index&owner=me";
const toList = { path: listPath, routeId: "routes/todos/route" };

/** The id of a todo that exists, of one that does not, or an invalid one. */
function aboutTodo(fields: Fields, { todoId }: Person, isRight = true): number {
  const id = fields.get("id");
  if (!isId(id) || !isRight) return 400;
  return id === todoId ? 303 : 404;
}

/** The forms of `/`. */
export const listForms: Form[] = [
  {
    ...toList,
    name: "add",
    fields: () => [
      ["intent", "add"],
      ["task", crypto.randomUUID()],
      ["due_on", "2026-12-31"],
      ["assignee", ""],
      ["key", crypto.randomUUID()],
    ],
    answer: ifIntent("add", (fields) => {
      const key = fields.get("key");
      const isRight = taskIn(fields.get("task")) !== undefined && isDay(fields.get("due_on"));
      return isRight && isEmpty(fields.get("assignee")) && (key === undefined || isUuid(key)) ? 303 : 400;
    }),
    changesRows: true,
  },
  {
    ...toList,
    name: "toggle",
    fields: ({ todoId }) => [
      ["intent", "toggle"],
      ["id", todoId],
      ["complete", "false"],
    ],
    answer: ifIntent("toggle", (fields, person) => aboutTodo(fields, person, isFlag(fields.get("complete")))),
    changesRows: true,
  },
  {
    ...toList,
    name: "press a button",
    fields: ({ todoId }) => [["change", `toggle false ${todoId}`]],
    answer: (fields, { todoId }) => (fields.get("change") === `toggle false ${todoId}` ? 303 : 400),
    changesRows: true,
  },
  {
    ...toList,
    name: "edit",
    fields: ({ todoId }) => [
      ["intent", "edit"],
      ["id", todoId],
      ["task", "as it was"],
    ],
    answer: ifIntent("edit", (fields, person) =>
      aboutTodo(fields, person, taskIn(fields.get("task")) !== undefined),
    ),
    changesRows: true,
  },
  {
    ...toList,
    name: "edit from another text",
    // No todo of the actor's: whether it has the text already would follow from the other forms.
    fields: () => [
      ["intent", "edit"],
      ["id", "9223372036854775807"],
      ["task", "as it is"],
      ["was", "as it was"],
    ],
    answer: ifIntent("edit", (fields, person) =>
      aboutTodo(fields, person, taskIn(fields.get("task")) !== undefined),
    ),
  },
  {
    ...toList,
    name: "assign",
    fields: ({ todoId }) => [
      ["intent", "assign"],
      ["id", todoId],
      ["assignee", ""],
    ],
    answer: ifIntent("assign", (fields, person) => {
      const assignee = fields.get("assignee");
      // No user has an address that hostile input guesses.
      return aboutTodo(fields, person, assignee !== undefined && isEmpty(assignee));
    }),
  },
  {
    ...toList,
    name: "delete",
    // Another user's todo: the actor's own could be deleted only once.
    fields: () => [
      ["intent", "delete"],
      ["id", "9223372036854775807"],
    ],
    answer: ifIntent("delete", (fields, person) => aboutTodo(fields, person)),
  },
  {
    ...toList,
    name: "restore a todo",
    fields: ({ todoId }) => [
      ["intent", "restore"],
      ["id", todoId],
    ],
    answer: ifIntent("restore", (fields) => (isId(fields.get("id")) ? 404 : 400)),
  },
  {
    ...toList,
    name: "restore a batch",
    fields: () => [
      ["intent", "restore"],
      ["batch", crypto.randomUUID()],
    ],
    answer: ifIntent("restore", (fields) => (isUuid(fields.get("batch")) ? 404 : 400)),
  },
  {
    ...toList,
    name: "toggle-all",
    fields: ({ todoId }) => [
      ["intent", "toggle-all"],
      ["id", todoId],
      ["id", "9223372036854775807"],
      ["complete", "false"],
    ],
    answer: (fields, { todoId }) => {
      const { ids } = fields;
      const isRight = ids.length > 0 && ids.length <= 50 && ids.every(isId) && isFlag(fields.get("complete"));
      if (fields.get("intent") !== "toggle-all" || !isRight) return 400;
      return ids.includes(todoId) ? 303 : 404;
    },
    changesRows: true,
  },
  {
    ...toList,
    name: "clear-completed",
    fields: () => [
      ["intent", "clear-completed"],
      ["scope", "everyone"],
    ],
    answer: ifIntent("clear-completed", (fields) => {
      const scope = fields.get("scope");
      if (scope === undefined) return 303;
      return scope === "everyone" ? 403 : 400;
    }),
    changesRows: true,
  },
];
