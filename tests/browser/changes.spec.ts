import type { Page, Route } from "@playwright/test";
import { addTodo, dbSql, expect, progressOf, removeTodos, routeFirst, test, todo } from "./people.ts";

const editButton = (page: Page, task: string) =>
  page.getByRole("button", { name: `Edit ${task}`, exact: true });
const undoButton = (page: Page) => page.getByRole("button", { name: "Undo" });
const editField = (page: Page) => page.getByRole("textbox", { name: "Edit todo" });

test("only the owner edits a todo", { tag: "@main" }, async ({ person }) => {
  const bob = await person("Bob");
  await addTodo(bob.page, "Water the plants");
  const doug = await person("Doug");
  await expect(todo(doug.page, "Water the plants")).toBeVisible();
  await expect(editButton(doug.page, "Water the plants")).toHaveCount(0);

  await editButton(bob.page, "Water the plants").click();
  await expect(editField(bob.page)).toBeFocused();
  await editField(bob.page).fill("Water the cacti");
  await editField(bob.page).press("Enter");
  await expect(todo(bob.page, "Water the cacti")).toBeVisible();
  await expect(editField(bob.page)).toHaveCount(0);
  await doug.page.reload();
  await expect(todo(doug.page, "Water the cacti")).toBeVisible();
  await removeTodos(bob.page, ["Water the cacti"]);
});

test("Cancel leaves a todo unchanged", async ({ person }) => {
  const { page } = await person("Bob");
  await addTodo(page, "Water the plants");
  await editButton(page, "Water the plants").click();
  await editField(page).fill("Forget them");
  await page.getByRole("link", { name: "Cancel" }).click();
  await expect(editField(page)).toHaveCount(0);
  const [row] = await dbSql("select id from todos where task = 'Water the plants'");
  await page.goto(`/?edit=${row?.id}`);
  await page.getByRole("link", { name: "Cancel" }).click();
  await expect(page).toHaveURL("/");
  await expect(editField(page)).toHaveCount(0);
  await page.reload();
  await removeTodos(page, ["Water the plants"]);
});

test("a task that is too long is refused beside its field, which keeps the text", async ({
  person,
  expectConsoleError,
}) => {
  expectConsoleError(/400/);
  const { page } = await person("Bob");
  await addTodo(page, "Water the plants");
  await editButton(page, "Water the plants").click();
  const tooLong = "x".repeat(501);
  await editField(page).fill(tooLong);
  await page.getByRole("button", { name: "Save" }).click();
  await expect(editField(page)).toHaveAccessibleDescription(/up to 500 characters/);
  await expect(editField(page)).toHaveValue(tooLong);
  await expect(page.getByRole("textbox", { name: "New todo" })).toHaveValue("");
  await editField(page).fill("Short enough");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(todo(page, "Short enough")).toBeVisible();
  await removeTodos(page, ["Short enough"]);
});

test(
  "editing starts with the text selected, Escape restores it, and leaving the field saves what has changed",
  { tag: ["@main", "@script"] },
  async ({ person }) => {
    const { page } = await person("Bob");
    await addTodo(page, "Water the plants");
    const sent: (string | null)[] = [];
    page.on("request", (request) => {
      if (request.method() === "POST") sent.push(new URLSearchParams(request.postData() ?? "").get("task"));
    });
    await editButton(page, "Water the plants").focus();
    await page.keyboard.press("Enter");
    await expect(editField(page)).toBeFocused();
    await page.keyboard.type("Forget them");
    await expect(editField(page)).toHaveValue("Forget them");
    // Escape that ends the composition of a character, and a window that loses the focus while its field keeps it.
    await editField(page).dispatchEvent("keydown", { key: "Escape", isComposing: true });
    await editField(page).dispatchEvent("focusout");
    await expect(editField(page)).toHaveValue("Forget them");
    await page.keyboard.press("Escape");
    await expect(editButton(page, "Water the plants")).toBeFocused();

    await page.keyboard.press("Enter");
    await expect(editField(page)).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(editButton(page, "Water the plants")).toBeFocused();
    await page.keyboard.press("Enter");
    await page.keyboard.type("Water the cacti");
    const saved = page.waitForResponse("**/?index*");
    await page.getByRole("heading", { name: "Todos", exact: true }).click();
    await expect(todo(page, "Water the cacti")).toBeVisible();
    await saved;
    expect(sent).toEqual(["Water the cacti"]);
    await page.reload();
    await removeTodos(page, ["Water the cacti"]);
  },
);

test(
  "an edit that was saved after its page was left is not offered again",
  { tag: "@script" },
  async ({ person }) => {
    const { page } = await person("Bob");
    await addTodo(page, "Water the plants");
    const held: Route[] = [];
    await page.route("**/?index*", (route) => void held.push(route));
    await editButton(page, "Water the plants").click();
    await editField(page).fill("Water the cacti");
    await editField(page).press("Enter");
    await expect.poll(() => held.length).toBe(1);
    await page.getByRole("link", { name: "Account" }).click();
    await expect(page.getByRole("heading", { name: "Account", level: 1 })).toBeVisible();
    await held[0]?.fetch();
    await page.getByRole("link", { name: "Shared todos" }).click();
    await expect(todo(page, "Water the cacti")).toBeVisible();
    await expect(editField(page)).toHaveCount(0);
  },
);

test("emptying a todo asks whether to delete it", { tag: "@script" }, async ({ person }) => {
  const { page } = await person("Bob");
  await addTodo(page, "Water the plants");
  await editButton(page, "Water the plants").click();
  await editField(page).fill("  ");
  await editField(page).press("Enter");
  await expect(page.getByText("Delete this todo?")).toBeVisible();
  await page.getByRole("button", { name: "Keep it" }).click();
  await expect(editButton(page, "Water the plants")).toBeFocused();

  await page.keyboard.press("Enter");
  await editField(page).fill("");
  await editField(page).press("Enter");
  await page.getByRole("button", { name: "Delete it" }).click();
  await expect(page.getByRole("checkbox", { name: "Water the plants" })).toHaveCount(0);
  await undoButton(page).click();
  await expect(todo(page, "Water the plants")).toBeVisible();
  await removeTodos(page, ["Water the plants"]);
});

test(
  "several lines are pasted as one, in place of what was selected",
  { tag: "@script" },
  async ({ person }) => {
    const { page } = await person("Bob");
    await addTodo(page, "Water it all");
    await editButton(page, "Water it all").click();
    await editField(page).evaluate((field: HTMLInputElement) => field.setSelectionRange(5, 12));
    await editField(page).evaluate((field) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", " the plants\r\n  and\nthe cacti");
      field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    });
    await expect(editField(page)).toHaveValue("Water the plants and the cacti");
    await editField(page).press("Enter");
    await removeTodos(page, ["Water the plants and the cacti"]);
  },
);

test(
  "the text being typed outlives someone else's change, and keeps its place when the todo is deleted",
  { tag: "@script" },
  async ({ person, expectConsoleError }) => {
    expectConsoleError(/404/);
    const { page } = await person("Bob");
    await addTodo(page, "Water the plants");
    await addTodo(page, "Feed the cat");
    await addTodo(page, "Buy seeds");
    await editButton(page, "Water the plants").click();
    await editField(page).fill("Half a thou");
    await dbSql("update todos set task = 'Feed the dog' where task = 'Feed the cat'");
    await expect(todo(page, "Feed the dog")).toBeVisible();
    await expect(editField(page)).toHaveValue("Half a thou");
    await expect(editField(page)).toBeFocused();

    await dbSql("delete from todos where task in ('Water the plants', 'Feed the dog')");
    await expect(todo(page, "Feed the dog")).toHaveCount(0);
    await expect(editField(page)).toHaveValue("Half a thou");
    await expect(
      page.getByRole("list", { name: "Todos", exact: true }).getByRole("checkbox").last(),
    ).toHaveAccessibleName("Buy seeds");
    await editField(page).press("Enter");
    await expect(editField(page)).toHaveAccessibleDescription(/no longer exists/);
    await expect(editField(page)).toHaveValue("Half a thou");
    await editField(page).press("Escape");
    await expect(editField(page)).toHaveCount(0);
    await expect(page.getByRole("checkbox", { name: "Water the plants" })).toHaveCount(0);
  },
);

test(
  "an edit shows at once, and returns to its field when there is no connection",
  { tag: "@script" },
  async ({ person, expectConsoleError }) => {
    expectConsoleError(/ERR_INTERNET_DISCONNECTED/);
    const { page } = await person("Bob");
    await addTodo(page, "Water the plants");
    let fail = () => {};
    await page.route("**/?index*", (route) => {
      fail = () => void route.abort("internetdisconnected");
    });
    await editButton(page, "Water the plants").click();
    await editField(page).fill("Water the cacti");
    const sent = page.waitForRequest("**/?index*");
    await editField(page).press("Enter");
    await sent;
    await expect(todo(page, "Water the cacti")).toBeVisible();
    await expect(editField(page)).toHaveCount(0);
    await editButton(page, "Water the cacti").click();
    await expect(editField(page)).toHaveValue("Water the cacti");
    await editField(page).press("Escape");
    fail();
    await expect(editField(page)).toHaveAccessibleDescription(/reach the server/);
    await expect(editField(page)).toHaveValue("Water the cacti");
    await expect(editField(page)).toBeFocused();

    await page.unroute("**/?index*");
    const saved = page.waitForResponse("**/?index*");
    await editField(page).press("Enter");
    await expect(editField(page)).toHaveCount(0);
    await saved;
    await page.reload();
    await removeTodos(page, ["Water the cacti"]);
  },
);

test("Undo brings a deleted todo back to its place", { tag: "@main" }, async ({ person }) => {
  const { page } = await person("Bob");
  const tasks = ["Water the plants", "Feed the cat", "Buy seeds"];
  for (const task of tasks) await addTodo(page, task);
  await todo(page, "Feed the cat").getByRole("checkbox").click();
  await expect(todo(page, "Feed the cat").getByRole("checkbox")).toBeChecked();
  await removeTodos(page, ["Feed the cat"]);
  await expect(page.getByText("The todo was deleted.")).toBeVisible();
  await undoButton(page).click();
  await expect(todo(page, "Feed the cat").getByRole("checkbox")).toBeChecked();
  await expect(undoButton(page)).toHaveCount(0);
  const shown = await page.getByRole("list", { name: "Todos", exact: true }).getByRole("checkbox").all();
  const names = await Promise.all(shown.map((checkbox) => checkbox.getAttribute("aria-label")));
  expect(names.filter((name) => tasks.includes(name ?? ""))).toEqual(tasks);
  await removeTodos(page, tasks);
});

test(
  "Undo is offered for ten seconds after each deletion, longer while hovered or focused",
  { tag: "@script" },
  async ({ person }) => {
    const { page } = await person("Bob");
    for (const task of ["Water the plants", "Feed the cat", "Buy seeds"]) await addTodo(page, task);
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 60_000);
    for (const task of ["Water the plants", "Feed the cat"]) {
      await removeTodos(page, [task]);
      await expect(undoButton(page)).toBeVisible();
      await page.clock.runFor(10_000);
      await expect(undoButton(page)).toBeVisible();
    }
    await undoButton(page).hover();
    await page.clock.runFor(60_000);
    await expect(undoButton(page)).toBeVisible();
    await undoButton(page).focus();
    await page.mouse.move(0, 0);
    await page.clock.runFor(60_000);
    await expect(undoButton(page)).toBeVisible();
    await undoButton(page).blur();
    await page.clock.runFor(15_000);
    await expect(undoButton(page)).toHaveCount(0);
    await removeTodos(page, ["Buy seeds"]);
    await expect(undoButton(page)).toBeVisible();
  },
);

test(
  "Ctrl+Z undoes one deletion after the other, but not while the user types",
  { tag: "@script" },
  async ({ person }) => {
    const { page } = await person("Bob");
    await addTodo(page, "Water the plants");
    await addTodo(page, "Feed the cat");
    await removeTodos(page, ["Water the plants", "Feed the cat"]);
    await page.getByRole("textbox", { name: "New todo" }).fill("Half a thou");
    await page.keyboard.press("Control+z");
    await expect(page.getByRole("textbox", { name: "New todo" })).toHaveValue("");
    await expect(todo(page, "Feed the cat")).toHaveCount(0);

    await page.getByRole("heading", { name: "Todos", exact: true }).click();
    await page.keyboard.press("Control+z");
    await expect(todo(page, "Feed the cat")).toBeVisible();
    await expect(todo(page, "Water the plants")).toHaveCount(0);
    await page.keyboard.press("Control+z");
    await expect(todo(page, "Water the plants")).toBeVisible();
    await removeTodos(page, ["Water the plants", "Feed the cat"]);
  },
);

test(
  "Ctrl+Z right after deletions undoes the last, and then the one before, even before their answers",
  { tag: "@script" },
  async ({ person }) => {
    const { page } = await person("Bob");
    await addTodo(page, "Water the plants");
    await addTodo(page, "Feed the cat");
    await addTodo(page, "Buy seeds");
    await removeTodos(page, ["Water the plants"]);
    await expect(page.getByText("The todo was deleted.")).toBeVisible();
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route("**/?index*", async (route) => {
      if (route.request().postData()?.includes("intent=delete")) await answered;
      await route.continue();
    });
    await todo(page, "Feed the cat").getByRole("button", { name: "Delete" }).click();
    await expect(todo(page, "Feed the cat")).toHaveCount(0);
    await page.keyboard.press("Control+z");
    answer();
    await expect(todo(page, "Feed the cat")).toBeVisible();
    await expect(todo(page, "Water the plants")).toHaveCount(0);
    await page.unroute("**/?index*");

    const held: Route[] = [];
    await routeFirst(page, "**/?index*", (route) => held.push(route), 2);
    for (const task of ["Feed the cat", "Buy seeds"])
      await todo(page, task).getByRole("button", { name: "Delete" }).click();
    await expect.poll(() => held.length).toBe(2);
    for (let times = 0; times < 2; times++) await page.keyboard.press("Control+z");
    for (const route of held) await route.continue();
    for (const task of ["Feed the cat", "Buy seeds"]) await expect(todo(page, task)).toBeVisible();
    await removeTodos(page, ["Feed the cat", "Buy seeds"]);
  },
);

test(
  "Undo undoes the change that it names, the last that the user made, whichever answer comes first",
  { tag: "@script" },
  async ({ person }) => {
    const { page } = await person("Bob");
    for (const task of ["Water the plants", "Feed the cat"]) await addTodo(page, task);
    const held: Route[] = [];
    const holdEdits = (route: Route) => {
      if (route.request().postData()?.includes("intent=edit")) held.push(route);
      else return route.continue();
    };
    await page.route("**/?index*", holdEdits);
    await editButton(page, "Water the plants").click();
    await editField(page).fill("Water the cacti");
    await editField(page).press("Enter");
    await expect.poll(() => held.length).toBe(1);
    await removeTodos(page, ["Feed the cat"]);
    await expect(page.getByText("The todo was deleted.")).toBeVisible();
    await held[0]?.continue();
    await expect(page.getByText("Saved “Water the cacti”")).toBeAttached();
    await expect(page.getByText("The todo was deleted.")).toBeVisible();
    await undoButton(page).click();
    await expect(todo(page, "Feed the cat")).toBeVisible();
    await expect(todo(page, "Water the cacti")).toBeVisible();
    await removeTodos(page, ["Water the cacti", "Feed the cat"]);
  },
);

test(
  "a deletion shows at once, and is reverted with a message when there is no connection; Ctrl+Z undoes the one before",
  { tag: "@script" },
  async ({ person, expectConsoleError }) => {
    expectConsoleError(/ERR_INTERNET_DISCONNECTED/);
    const { page } = await person("Bob");
    await addTodo(page, "Water the plants");
    await addTodo(page, "Feed the cat");
    await removeTodos(page, ["Feed the cat"]);
    let fail = () => {};
    await page.route("**/?index*", (route) => {
      fail = () => void route.abort("internetdisconnected");
    });
    const sent = page.waitForRequest("**/?index*");
    await page.getByRole("button", { name: "Delete Water the plants" }).click();
    await sent;
    await expect(todo(page, "Water the plants")).toHaveCount(0);
    fail();
    await expect(todo(page, "Water the plants")).toBeVisible();
    await expect(page.getByText("“Water the plants” was not deleted. Can't reach the server.")).toBeVisible();
    await page.unroute("**/?index*");
    await page.keyboard.press("Control+z");
    await expect(todo(page, "Feed the cat")).toBeVisible();
    await removeTodos(page, ["Water the plants", "Feed the cat"]);
  },
);

test(
  "an undo that fails for a moment is offered again",
  { tag: "@script" },
  async ({ person, expectConsoleError }) => {
    expectConsoleError(/ERR_INTERNET_DISCONNECTED/);
    const { page } = await person("Bob");
    await addTodo(page, "Water the plants");
    await removeTodos(page, ["Water the plants"]);
    await expect(undoButton(page)).toBeVisible();
    await routeFirst(page, "**/?index*", (route) => route.abort("internetdisconnected"));
    await undoButton(page).click();
    await expect(page.getByText("Nothing was undone. Can't reach the server.")).toBeVisible();
    await undoButton(page).click();
    await expect(todo(page, "Water the plants")).toBeVisible();
    await removeTodos(page, ["Water the plants"]);
  },
);

test("Undo says when it is too late", async ({ person, expectConsoleError }) => {
  expectConsoleError(/404/);
  const { page } = await person("Bob");
  await addTodo(page, "Water the plants");
  await removeTodos(page, ["Water the plants"]);
  await expect(undoButton(page)).toBeVisible();
  await dbSql("delete from undoable_todos");
  await undoButton(page).click();
  await expect(page.getByText("can no longer be undone")).toBeVisible();
});

test(
  "one click ticks all todos on the page, and Undo unticks just those",
  { tag: "@main" },
  async ({ person }) => {
    const { page, email } = await person("Bob");
    const tasks = ["Water the plants", "Feed the cat", "Buy seeds"];
    for (const task of tasks) await addTodo(page, task);
    await page.goto("/?owner=me");
    await todo(page, "Feed the cat").getByRole("checkbox").click();
    await expect(progressOf(page, email)).toContainText("1/3");
    const tickAll = page.getByRole("checkbox", { name: "Tick all on this page" });
    await expect(tickAll).not.toBeChecked();
    await tickAll.click();
    await expect(tickAll).toBeChecked();
    for (const task of tasks) await expect(todo(page, task).getByRole("checkbox")).toBeChecked();
    await expect(page.getByText("2 todos were changed.")).toBeVisible();
    await undoButton(page).click();
    await expect(progressOf(page, email)).toContainText("1/3");
    await expect(todo(page, "Feed the cat").getByRole("checkbox")).toBeChecked();
    await expect(todo(page, "Buy seeds").getByRole("checkbox")).not.toBeChecked();
    await removeTodos(page, tasks);
  },
);

test("users clear their own completed todos, and admins everyone's", { tag: "@main" }, async ({ person }) => {
  const bob = await person("Bob");
  const doug = await person("Doug");
  const clearOwn = (page: Page) => page.getByRole("button", { name: "Clear completed", exact: true });
  await addTodo(bob.page, "Water the plants");
  await addTodo(bob.page, "Feed the cat");
  await expect(clearOwn(bob.page)).toBeDisabled();
  await todo(bob.page, "Feed the cat").getByRole("checkbox").click();
  await expect(clearOwn(bob.page)).toHaveAccessibleDescription("1 of your own");
  await clearOwn(bob.page).click();
  await expect(todo(bob.page, "Feed the cat")).toHaveCount(0);
  await expect(todo(bob.page, "Water the plants")).toBeVisible();
  await undoButton(bob.page).click();
  await expect(todo(bob.page, "Feed the cat").getByRole("checkbox")).toBeChecked();

  await doug.page.reload();
  await expect(clearOwn(doug.page)).toBeDisabled();
  await dbSql(`update neon_auth.users_sync
    set raw_json = raw_json || '{"server_metadata": {"role": "admin"}}' where email = '${doug.email}'`);
  await doug.page.reload();
  await doug.page.getByRole("button", { name: "Clear everyone’s completed" }).click();
  await expect(todo(doug.page, "Feed the cat")).toHaveCount(0);
  await undoButton(doug.page).click();
  await expect(todo(doug.page, "Feed the cat")).toBeVisible();
  await bob.page.reload();
  await removeTodos(bob.page, ["Water the plants", "Feed the cat"]);
});
