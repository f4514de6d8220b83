import type { Page } from "@playwright/test";
import { addTodo, expect, removeTodos, test, todo } from "./people.ts";

const newTodo = (page: Page) => page.getByRole("textbox", { name: "New todo" });
const checkbox = (page: Page, task: string) => page.getByRole("checkbox", { name: task, exact: true });
const dialog = (page: Page) => page.getByRole("dialog", { name: "Keyboard shortcuts" });
const opener = (page: Page) => page.getByRole("button", { name: "Keyboard shortcuts" });
const said = (page: Page, words: string) => page.getByRole("status").filter({ hasText: words });

async function ready(page: Page): Promise<void> {
  await expect(opener(page)).toBeVisible();
}

/** Whether the page handles a key itself. */
async function isTaken(page: Page, init: Record<string, string | boolean>): Promise<boolean> {
  return page.evaluate((init) => {
    const event = new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init });
    return !document.body.dispatchEvent(event);
  }, init);
}

/** A page that shows three of the user's own todos, and no others. */
async function withTodos(page: Page): Promise<string[]> {
  const tasks = ["Water the plants", "Feed the cat", "Buy seeds"];
  await page.goto("/?owner=me");
  await ready(page);
  for (const task of tasks) await addTodo(page, task);
  await page.getByRole("heading", { name: "Todos", exact: true }).focus();
  return tasks;
}

test("a page without JavaScript offers no keyboard shortcuts", { tag: "@no-script" }, async ({ person }) => {
  const { page } = await person("Bob");
  await expect(newTodo(page)).toBeVisible();
  await expect(opener(page)).toHaveCount(0);
  await expect(page.getByText("Single-letter shortcuts")).toHaveCount(0);
  await expect(newTodo(page)).not.toHaveAttribute("aria-keyshortcuts");
});

test(
  "n goes to the new todo and / to the search; in a field they are letters",
  { tag: ["@main", "@script"] },
  async ({ person }) => {
    const { page } = await person("Bob");
    await ready(page);
    await page.keyboard.press("n");
    await expect(newTodo(page)).toBeFocused();
    await expect(newTodo(page)).toHaveAttribute("aria-keyshortcuts", "n");
    await page.keyboard.type("n/e?");
    await page.keyboard.press("Delete");
    await page.keyboard.press("ArrowDown");
    await expect(newTodo(page)).toHaveValue("n/e?");
    await expect(newTodo(page)).toBeFocused();
    await expect(dialog(page)).toBeHidden();

    await page.getByRole("heading", { name: "Todos", exact: true }).focus();
    await page.keyboard.press("/");
    await expect(page.getByRole("searchbox", { name: "Search" })).toBeFocused();
    await expect(page.getByRole("searchbox", { name: "Search" })).toHaveValue("");
  },
);

test(
  "with Ctrl, Alt, or Cmd, and during composition, a letter is not a shortcut",
  { tag: "@script" },
  async ({ person }) => {
    const { page } = await person("Bob");
    await ready(page);
    for (const modifier of ["ctrlKey", "altKey", "metaKey", "isComposing"]) {
      expect(await isTaken(page, { key: "n", [modifier]: true })).toBe(false);
    }
    await expect(newTodo(page)).not.toBeFocused();
    expect(await isTaken(page, { key: "n" })).toBe(true);
    await expect(newTodo(page)).toBeFocused();
  },
);

test(
  "a shortcut is a Latin letter on its key, with Caps Lock too, or the key's place where letters are not Latin",
  { tag: "@script" },
  async ({ person }) => {
    const { page } = await person("Bob");
    const heading = page.getByRole("heading", { name: "Todos", exact: true });
    for (const [key, code] of [
      ["N", "KeyN"],
      ["n", "KeyL"],
      ["т", "KeyN"],
      ["Т", "KeyN"],
      ["ν", "KeyN"],
    ]) {
      await heading.focus();
      expect(await isTaken(page, { key: key ?? "", code: code ?? "" })).toBe(true);
      await expect(newTodo(page)).toBeFocused();
    }
    await heading.focus();
    // Dvorak, and a French é.
    expect(await isTaken(page, { key: "b", code: "KeyN" })).toBe(false);
    expect(await isTaken(page, { key: "é", code: "KeyE" })).toBe(false);
    await expect(heading).toBeFocused();
    // Arabic.
    expect(await isTaken(page, { key: "ظ", code: "Slash" })).toBe(true);
    await expect(page.getByRole("searchbox", { name: "Search" })).toBeFocused();

    await addTodo(page, "Buy seeds");
    await removeTodos(page, ["Buy seeds"]);
    expect(await isTaken(page, { key: "я", code: "KeyZ", ctrlKey: true })).toBe(true);
    await expect(todo(page, "Buy seeds")).toBeVisible();
    await checkbox(page, "Buy seeds").focus();
    await checkbox(page, "Buy seeds").dispatchEvent("keydown", { key: "У", code: "KeyE" });
    await expect(page.getByRole("textbox", { name: "Edit todo" })).toBeFocused();
    await page.keyboard.press("Escape");
    await removeTodos(page, ["Buy seeds"]);
  },
);

test(
  "arrows, and in the list Home and End, move through it, and Space ticks",
  { tag: ["@main", "@script"] },
  async ({ person }) => {
    const { page } = await person("Bob");
    const tasks = await withTodos(page);
    for (const key of ["Home", "End"]) expect(await isTaken(page, { key })).toBe(false);
    for (const task of [...tasks, "Buy seeds"]) {
      await page.keyboard.press("ArrowDown");
      await expect(checkbox(page, task)).toBeFocused();
    }
    await page.keyboard.press("ArrowUp");
    await expect(checkbox(page, "Feed the cat")).toBeFocused();
    await page.keyboard.press("Space");
    await expect(checkbox(page, "Feed the cat")).toBeChecked();
    await expect(said(page, "Ticked “Feed the cat”")).toHaveCount(1);
    await expect(checkbox(page, "Feed the cat")).toBeFocused();
    await page.keyboard.press("Home");
    await expect(checkbox(page, "Water the plants")).toBeFocused();
    await page.keyboard.press("End");
    await expect(checkbox(page, "Buy seeds")).toBeFocused();
    await removeTodos(page, tasks);
  },
);

test(
  "when a ticked todo leaves the list, the focus goes to the next one, or to the last",
  { tag: "@script" },
  async ({ person }) => {
    const { page } = await person("Bob");
    const tasks = await withTodos(page);
    await page.getByRole("link", { name: "Active" }).click();
    await expect(page).toHaveURL(/show=active/);
    await checkbox(page, "Feed the cat").focus();
    await page.keyboard.press("Space");
    await expect(checkbox(page, "Feed the cat")).toHaveCount(0);
    await expect(said(page, "Ticked “Feed the cat”")).toHaveCount(1);
    await page.keyboard.press("ArrowDown");
    await expect(checkbox(page, "Buy seeds")).toBeFocused();
    await page.keyboard.press("Space");
    await expect(checkbox(page, "Buy seeds")).toHaveCount(0);
    await page.keyboard.press("ArrowDown");
    await expect(checkbox(page, "Water the plants")).toBeFocused();
    await page.goto("/?owner=me");
    await removeTodos(page, tasks);
  },
);

test(
  "e edits the focused todo, and Delete, however long it is held, deletes just that one and goes to the next",
  { tag: "@script" },
  async ({ person }) => {
    const { page } = await person("Bob");
    await withTodos(page);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("e");
    const field = page.getByRole("textbox", { name: "Edit todo" });
    await expect(field).toBeFocused();
    await page.keyboard.type("Water the cacti");
    await page.keyboard.press("Enter");
    await expect(said(page, "Saved “Water the cacti”. Undo: Ctrl+Z or the Undo button")).toHaveCount(1);
    await page.keyboard.press("ArrowDown");
    await expect(checkbox(page, "Feed the cat")).toBeFocused();
    await page.keyboard.down("Delete");
    await expect(todo(page, "Feed the cat")).toHaveCount(0);
    await expect(checkbox(page, "Buy seeds")).toBeFocused();
    await page.keyboard.down("Delete");
    await page.keyboard.up("Delete");
    await expect(checkbox(page, "Buy seeds")).toBeFocused();
    await expect(said(page, "Deleted “Feed the cat”. Undo: Ctrl+Z or the Undo button")).toHaveCount(1);
    for (const other of ["repeat", "shiftKey", "altKey"]) {
      expect(await isTaken(page, { key: "z", ctrlKey: true, [other]: true }), other).toBe(false);
    }
    await page.keyboard.press("Control+z");
    await expect(said(page, "Undone")).toHaveCount(1);
    await expect(todo(page, "Feed the cat")).toBeVisible();
    await removeTodos(page, ["Water the cacti", "Feed the cat", "Buy seeds"]);
  },
);

test(
  "after a deletion the focus goes to the same control of the next todo, or of the one before the last",
  { tag: "@script" },
  async ({ person }) => {
    const { page } = await person("Bob");
    await withTodos(page);
    const button = (task: string) => page.getByRole("button", { name: `Delete ${task}`, exact: true });
    await button("Feed the cat").focus();
    await page.keyboard.press("Enter");
    await expect(button("Buy seeds")).toBeFocused();
    await checkbox(page, "Buy seeds").focus();
    await page.keyboard.press("Delete");
    await expect(checkbox(page, "Water the plants")).toBeFocused();
  },
);

test(
  "neither key does anything to a todo that the user may not change",
  { tag: "@script" },
  async ({ person }) => {
    const bob = await person("Bob");
    const doug = await person("Doug");
    await addTodo(bob.page, "Water the plants");
    await ready(doug.page);
    await checkbox(doug.page, "Water the plants").focus();
    await doug.page.keyboard.press("e");
    await doug.page.keyboard.press("Delete");
    await expect(doug.page.getByRole("textbox", { name: "Edit todo" })).toHaveCount(0);
    await expect(checkbox(doug.page, "Water the plants")).toBeFocused();
    await removeTodos(bob.page, ["Water the plants"]);
  },
);

test(
  "? shows what the keys do, and no key acts behind the dialog",
  { tag: "@script" },
  async ({ person }) => {
    const { page } = await person("Bob");
    const tasks = await withTodos(page);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("?");
    await expect(dialog(page).getByRole("heading", { name: "Keyboard shortcuts" })).toBeVisible();
    await expect(dialog(page).getByRole("row")).toHaveCount(10);
    await dialog(page).getByRole("button", { name: "Close" }).focus();
    for (const key of ["n", "ArrowDown"]) expect(await isTaken(page, { key })).toBe(false);
    await expect(dialog(page).getByRole("button", { name: "Close" })).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(dialog(page)).toBeHidden();
    await expect(checkbox(page, "Water the plants")).toBeFocused();

    await opener(page).click();
    await dialog(page).getByRole("button", { name: "Close" }).click();
    await expect(dialog(page)).toBeHidden();
    await expect(opener(page)).toBeFocused();
    await removeTodos(page, tasks);
  },
);

test(
  "single letters can be turned off and on again in all tabs, and stay so",
  { tag: "@script" },
  async ({ person }) => {
    const { page } = await person("Bob");
    await addTodo(page, "Water the plants");
    const otherTab = await page.context().newPage();
    await otherTab.goto("/");
    await expect(newTodo(otherTab)).toHaveAttribute("aria-keyshortcuts", "n");
    await opener(page).click();
    const letters = dialog(page).getByRole("switch", { name: "Single-letter shortcuts" });
    await expect(letters).toBeChecked();
    await letters.click();
    await expect(letters).not.toBeChecked();
    await expect(newTodo(otherTab)).not.toHaveAttribute("aria-keyshortcuts");
    await page.reload();
    await ready(page);
    for (const key of ["n", "/", "?"]) await page.keyboard.press(key);
    await expect(newTodo(page)).not.toBeFocused();
    await expect(newTodo(page)).not.toHaveAttribute("aria-keyshortcuts");
    await expect(dialog(page)).toBeHidden();
    await page.keyboard.press("ArrowUp");
    await expect(
      page.getByRole("list", { name: "Todos", exact: true }).getByRole("checkbox").last(),
    ).toBeFocused();
    await checkbox(page, "Water the plants").focus();
    await page.keyboard.press("e");
    await expect(page.getByRole("textbox", { name: "Edit todo" })).toHaveCount(0);
    await page.keyboard.press("Delete");
    await expect(todo(page, "Water the plants")).toHaveCount(0);

    await opener(page).click();
    await letters.click();
    await page.keyboard.press("Escape");
    await page.keyboard.press("n");
    await expect(newTodo(page)).toBeFocused();
  },
);

test(
  "in a browser that stores nothing, single letters stay off until the page is left",
  { tag: "@script" },
  async ({ person }) => {
    const { page } = await person("Bob");
    await ready(page);
    await page.evaluate(() => {
      Storage.prototype.setItem = () => {
        throw new DOMException("", "QuotaExceededError");
      };
    });
    await opener(page).click();
    await dialog(page).getByRole("switch", { name: "Single-letter shortcuts" }).click();
    await page.keyboard.press("Escape");
    expect(await isTaken(page, { key: "n" })).toBe(false);
  },
);

test(
  "screen readers hear the user's own changes by name, others' changes once, and nothing of another view",
  { tag: "@script" },
  async ({ person }) => {
    const bob = await person("Bob");
    const doug = await person("Doug");
    await ready(doug.page);
    // Before the page has timers, which this clock could not clear.
    await bob.page.clock.install();
    await bob.page.reload();
    await ready(bob.page);
    const heard = await listen(bob.page);
    await addTodo(bob.page, "Water the plants");
    await expect(said(bob.page, "Added “Water the plants”")).toHaveCount(1);
    await expect(said(doug.page, "The list has changed")).toHaveCount(1);

    await bob.page.clock.pauseAt(Date.now() + 60_000);
    const tasks = ["Feed the cat", "Buy seeds", "Sow them"];
    for (const task of tasks) await addTodo(doug.page, task);
    await expect(todo(bob.page, "Sow them")).toBeVisible();
    expect(await heard()).toEqual(["Added “Water the plants”"]);
    await bob.page.clock.runFor(2_000);
    await expect(said(bob.page, "The list has changed")).toHaveCount(1);
    await bob.page.clock.runFor(10_000);
    expect(await heard()).toEqual(["Added “Water the plants”", "The list has changed"]);

    await bob.page.getByRole("link", { name: "Mine", exact: true }).click();
    await expect(todo(bob.page, "Sow them")).toHaveCount(0);
    await bob.page.clock.runFor(10_000);
    expect(await heard()).toHaveLength(2);
    await bob.page.getByRole("link", { name: "All", exact: true }).click();
    await expect(todo(bob.page, "Sow them")).toBeVisible();
    await removeTodos(doug.page, tasks.splice(2));
    await expect(todo(bob.page, "Sow them")).toHaveCount(0);
    await bob.page.clock.runFor(2_000);
    await expect
      .poll(heard)
      .toEqual(["Added “Water the plants”", "The list has changed", "The list has changed"]);
    await bob.page.clock.resume();
    await removeTodos(bob.page, ["Water the plants"]);
    await removeTodos(doug.page, tasks);
  },
);

/** Records what the page announces. @returns what tells it */
async function listen(page: Page): Promise<() => Promise<string[]>> {
  const heard = await page.evaluateHandle(() => {
    const texts: string[] = [];
    for (const place of document.querySelectorAll("output, [role=status]")) {
      new MutationObserver(() => texts.push(place.textContent ?? "")).observe(place, {
        childList: true,
        characterData: true,
        subtree: true,
      });
    }
    return texts;
  });
  return () => heard.jsonValue();
}
