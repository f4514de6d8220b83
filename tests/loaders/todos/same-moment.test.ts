import { beforeEach, expect, test } from "vitest";
import { allTodos } from "#tests/loaders/browser.ts";
import { atTheSameMoment } from "./locked-todos.ts";
import { admin, bob, emptyList, everything } from "./team.ts";

beforeEach(emptyList);

test.each([
  ["toggle", { complete: "true" }, { complete: "false" }],
  ["toggle-all", { complete: "true" }, { complete: "false" }],
  ["edit", { task: "feed the cat" }, { task: "water the plants" }],
  ["edit", { task: "water the plants", due_on: "2026-12-03" }, { task: "water the plants", due_on: "" }],
  [
    "edit",
    { task: "water the plants", assignee: "doug@example.com" },
    { task: "water the plants", assignee: "" },
  ],
  ["assign", { assignee: "doug@example.com" }, { assignee: "" }],
])("%s to %j and, at the same moment, to %j: the later one counts", async (intent, theirs, own) => {
  await bob.change({ intent: "add", task: "water the plants" });
  const [{ id = "" } = {}] = await allTodos();
  const before = await everything();
  const answers = await atTheSameMoment([
    () => admin.change({ intent, id, ...theirs }),
    () => bob.change({ intent, id, ...own }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([303, 303]);
  expect(await everything()).toEqual(before);
});
