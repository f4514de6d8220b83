import type { Page } from "@playwright/test";
import { addTodo, expect, removeTodos, test, todo, withManyTodos } from "./people.ts";

/** The most that may move by itself: the share of the window that moves times the distance (web.dev/cls). */
const largestShift = 0.01;

interface Shift {
  value: number;
  /** Within half a second of a key or click: browsers do not count it then. */
  hadRecentInput: boolean;
  /** What moved, by class or name, except within the list. */
  outsideOfList: string[];
}

declare global {
  interface Window {
    shifts: Shift[];
  }
}

interface LayoutShift extends PerformanceEntry {
  value: number;
  hadRecentInput: boolean;
  sources: { node: Node | null }[];
}

/** Records what moves on a page. */
function noteShifts(): void {
  window.shifts = [];
  const nameOf = (element: Element) => element.className || element.localName;
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries() as LayoutShift[]) {
      const elements = sources.map(({ node }) => (node instanceof Element ? node : node?.parentElement));
      const outside = elements.filter((element) => element && !element.closest(".todos"));
      const outsideOfList = outside.map((element) => (element ? nameOf(element) : ""));
      window.shifts.push({ value, hadRecentInput, outsideOfList });
    }
  }).observe({ type: "layout-shift" });
}

/** What has moved since the last call, once the page has been painted. */
async function shiftsOf(page: Page): Promise<Shift[]> {
  return page.evaluate(async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    return window.shifts.splice(0);
  });
}

const sum = (shifts: Shift[]) => shifts.reduce((total, { value }) => total + value, 0);

for (const width of [390, 1280]) {
  test(`nothing jumps at ${width} px, whatever the user does with the list`, async ({ person }) => {
    const bob = await person("Bob");
    const doug = await person("Doug");
    const { page } = bob;
    await page.setViewportSize({ width, height: 800 });
    await withManyTodos(bob.email, 40, async () => {
      await page.goto("/");
      await page.evaluate(noteShifts);

      /**
       * Nothing moves by itself. `in place`: nothing moves at all; otherwise only todos, and what is below them: at
       * once, or `with the answer`, whose time depends on the machine.
       */
      async function expectStill(
        action: string,
        kind: "in place" | "in the list" | "with the answer" | "anew",
      ): Promise<void> {
        const shifts = await shiftsOf(page);
        const uncaused = shifts.filter(({ hadRecentInput }) => !hadRecentInput);
        if (kind !== "with the answer")
          expect.soft(sum(uncaused), `${action}, of itself`).toBeLessThanOrEqual(largestShift);
        if (kind === "in place") expect.soft(sum(shifts), action).toBeLessThanOrEqual(largestShift);
        const moved = kind === "anew" ? [] : shifts.flatMap(({ outsideOfList }) => outsideOfList);
        expect
          .soft(
            moved.filter((name) => !below.test(name)),
            action,
          )
          .toEqual([]);
      }

      const first = todo(page, "todo 11");
      await first.getByRole("checkbox").click();
      await expect(first.getByRole("checkbox")).toBeChecked();
      await expect(page.getByText("39 todos remaining")).toBeVisible();
      await expectStill("tick", "in place");

      await first.getByRole("button", { name: "Edit todo 11" }).click();
      await expect(page.getByRole("textbox", { name: "Edit todo" })).toBeFocused();
      await expectStill("edit", "in the list");
      await page.getByRole("textbox", { name: "Edit todo" }).fill("todo eleven");
      await page.keyboard.press("Enter");
      await expect(todo(page, "todo eleven")).toBeVisible();
      await expectStill("save", "in the list");

      await todo(page, "todo 12").getByRole("button", { name: "Delete todo 12" }).click();
      await expect(page.getByRole("button", { name: "Undo" })).toBeVisible();
      await expectStill("delete", "in the list");
      await page.getByRole("button", { name: "Undo" }).click();
      await expect(todo(page, "todo 12")).toBeVisible();
      await expectStill("undo", "with the answer");

      await addTodo(page, "Buy seeds");
      await expectStill("add", "in the list");

      await todo(doug.page, "todo 13").getByRole("checkbox").click();
      await expect(todo(page, "todo 13").getByRole("checkbox")).toBeChecked();
      await addTodo(doug.page, "Feed the cat");
      await expect(todo(page, "Feed the cat")).toBeAttached();
      await expectStill("what another user does", "in place");

      // The browser takes neither for input, as if the answers had come long after it.
      await page.getByRole("link", { name: "Active", exact: true }).dispatchEvent("click");
      await expect(todo(page, "todo eleven")).toHaveCount(0);
      await expectStill("filter", "anew");
      await page.getByRole("searchbox", { name: "Search" }).fill("todo 3");
      await expect(todo(page, "todo 14")).toHaveCount(0);
      await expect(todo(page, "todo 30")).toBeVisible();
      await expectStill("search", "anew");
      await page.goto("/");
      await removeTodos(doug.page, ["Feed the cat"]);
    });
  });
}

/** What is below the list, and moves when the list grows or shrinks. */
const below = /^(pages|shortcuts-opener|team|site-footer|theme|member.*|todos|undo.*)$/;

test("what can be done with a todo appears where the mouse or the focus is, and is always there for touch", async ({
  person,
  browser,
  instance,
}) => {
  const { page } = await person("Bob");
  await addTodo(page, "Water the plants");
  await page.goto("/?owner=me");
  const row = (on: Page) => todo(on, "Water the plants");
  const actions = (on: Page) => [
    row(on).getByRole("button", { name: "Edit" }),
    row(on).getByRole("button", { name: "Delete" }),
    row(on).getByRole("link", { name: "Link to this todo" }),
  ];
  const expectOpacity = async (opacity: string, on: Page) => {
    for (const action of actions(on)) await expect(action).toHaveCSS("opacity", opacity);
  };
  await page.getByRole("heading", { name: "Todos" }).hover();
  await expectOpacity("0", page);
  await row(page).hover();
  await expectOpacity("1", page);
  await page.getByRole("heading", { name: "Todos" }).hover();
  await row(page).getByRole("checkbox").focus();
  await expectOpacity("1", page);

  const storageState = await page.context().storageState();
  const phone = await browser.newContext({ hasTouch: true, isMobile: true, storageState });
  const onPhone = await phone.newPage();
  await onPhone.goto(`${instance.appUrl}/?owner=me`);
  await expectOpacity("1", onPhone);
  await phone.close();
  await removeTodos(page, ["Water the plants"]);
});
