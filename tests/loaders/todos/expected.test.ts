import { expect, test } from "vitest";
import type { Todo } from "#app/routes/todos/list/todo.server.ts";
import { withChange } from "#app/routes/todos/sending/expected.ts";

const todo = (id: string, ownerId: string, isComplete: boolean, isGhost = false): Todo => ({
  id,
  task: id,
  ownerId,
  ownerEmail: null,
  isGhost,
  assigneeEmail: null,
  dueOn: null,
  isComplete,
});

const todos = [
  todo("1", "bob", true),
  todo("2", "bob", false),
  todo("3", "doug", true),
  todo("4", "ghost", true, true),
];

test.each([
  ["clears a user's own completed todos", { intent: "clear-completed" }, ["2", "3 done", "4 done"]],
  [
    "clears everyone's, but none without an owner",
    { intent: "clear-completed", scope: "everyone" },
    ["2", "4 done"],
  ],
  [
    "ticks those on the page, and no others",
    { intent: "toggle-all", id: ["2", "3"], complete: "true" },
    ["1 done", "2 done", "3 done", "4 done"],
  ],
  ["unticks one", { intent: "toggle", id: "1", complete: "false" }, ["1", "2", "3 done", "4 done"]],
  ["deletes one", { intent: "delete", id: "3" }, ["1 done", "2", "4 done"]],
  [
    "edits one, and trims its text as the server does",
    { intent: "edit", id: "1", task: " other\u2003", was: "1" },
    ["other done", "2", "3 done", "4 done"],
  ],
])("before its answer the list shows a change that %s", (_, fields, expected) => {
  const shown = withChange(todos, fields, "bob");
  expect(shown.map(({ task, isComplete }) => (isComplete ? `${task} done` : task))).toEqual(expected);
});
