import type { Page } from "@playwright/test";
import { test } from "./accessible.ts";
import { addTodo, expect, removeTodos, todo } from "./people.ts";

/** Visits pages of a user with one completed and one open todo. */
async function eachPage(page: Page, work: (path: string) => Promise<void>): Promise<void> {
  await addTodo(page, "Buy seeds");
  await addTodo(page, "Water the plants");
  await todo(page, "Buy seeds").getByRole("checkbox").click();
  await expect(page.getByRole("button", { name: "Clear completed" })).toBeVisible();
  for (const path of ["/", "/account", "/verify-email", "/nowhere"]) {
    await page.goto(path);
    await work(path);
  }
  await page.goto("/");
  await removeTodos(page, ["Buy seeds", "Water the plants"]);
}

for (const [theme, other] of [
  ["Light", "dark"],
  ["Dark", "light"],
] as const) {
  test(
    `axe finds nothing when the user chose ${theme} and the system is ${other}`,
    { tag: "@script" },
    async ({ person, examined, expectNoViolations, expectConsoleError }) => {
      expectConsoleError(/status of 404/);
      const { page } = await person("Bob");
      await page.getByRole("button", { name: theme, exact: true }).click();
      await expect(page.getByRole("button", { name: theme, pressed: true })).toBeVisible();
      await eachPage(page, async (path) => {
        const shown = await examined(page);
        await shown.emulateMedia({ colorScheme: other });
        await expectNoViolations(page, `${path}, ${theme}`);
      });
    },
  );
}

test(
  "with forced colors axe finds nothing, and ticked todos look different from open ones",
  { tag: "@script" },
  async ({ person, examined, expectNoViolations, expectConsoleError }) => {
    expectConsoleError(/status of 404/);
    const { page } = await person("Bob");
    await eachPage(page, async (path) => {
      const shown = await examined(page);
      await shown.emulateMedia({ forcedColors: "active" });
      await expectNoViolations(page, `${path}, forced colours`);
      if (path !== "/") return;
      const [ticked, open] = await Promise.all(
        ["Buy seeds", "Water the plants"].map((task) => boxOf(shown, task)),
      );
      expect(ticked).not.toEqual(open);
    });
  },
);

test(
  "nothing moves by itself, with reduced motion or without",
  { tag: "@script" },
  async ({ person, examined }) => {
    const { page } = await person("Bob");
    const shown = await examined(page);
    for (const reducedMotion of ["reduce", "no-preference"] as const) {
      await shown.emulateMedia({ reducedMotion });
      expect(await shown.evaluate(durations)).toEqual(["0s"]);
    }
  },
);

/** The colors of a todo's tick and its background. */
function boxOf(page: Page, task: string): Promise<string[]> {
  return todo(page, task)
    .getByRole("checkbox")
    .evaluate((checkbox) => {
      const { display, borderBottomColor } = getComputedStyle(checkbox, "::after");
      return [display, borderBottomColor, getComputedStyle(checkbox, "::before").backgroundColor];
    });
}

/** The durations of a page's transitions and animations, without duplicates. */
function durations(): string[] {
  const all = [...document.querySelectorAll("*")].flatMap((element) => {
    const { transitionDuration, animationDuration } = getComputedStyle(element);
    return [transitionDuration, animationDuration];
  });
  return [...new Set(all)].filter((duration) => duration !== "auto");
}
