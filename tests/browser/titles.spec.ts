import type { Page } from "@playwright/test";
import { addTodo, dbSql, expect, removeTodos, test, todo, withManyTodos } from "./people.ts";

/** Collects page titles: each has to say what the page's heading says, and to be unique. */
function titlesSeen() {
  const seen = new Map<string, string>();
  return {
    async expectNew(page: Page): Promise<void> {
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      const { pathname, search } = new URL(page.url());
      const title = await page.title();
      expect(title).toMatch(/Todos$/);
      expect(seen.get(title), `${title}: ${pathname}${search}`).toBeUndefined();
      seen.set(title, pathname + search);
      const heading = await page.getByRole("heading", { level: 1 }).innerText();
      expect(title).toContain(heading.replace("?", ""));
    },
  };
}

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();

test(
  "every page for signed-out users has its own title",
  { tag: "@script" },
  async ({ visitor, expectConsoleError }) => {
    expectConsoleError(/status of 404/);
    const titles = titlesSeen();
    const page = await visitor();
    const code = "0".repeat(45);
    const paths = [
      "/",
      "/nowhere",
      "/sign-in",
      "/sign-up",
      "/forgot-password",
      "/magic-link",
      "/verify-email",
    ];
    const opened = ["/reset-password", "/magic-link", "/verify-email"].map((path) => `${path}?code=${code}`);
    for (const path of [...paths, "/forgot-password?done=sent", "/reset-password", ...opened]) {
      await page.goto(path);
      await titles.expectNew(page);
    }
    const email = `doug-${crypto.randomUUID().slice(0, 8)}@example.com`;
    await page.goto("/magic-link");
    await page.getByLabel("Email").fill(email);
    await press(page, "Send the link");
    await expect(page.getByRole("status")).toContainText(email);
    await titles.expectNew(page);
  },
);

test(
  "every page, and every view of the list, has its own title",
  { tag: "@script" },
  async ({ person, expectConsoleError }) => {
    expectConsoleError(/status of 403/);
    const titles = titlesSeen();
    const { page, email } = await person("Bob");
    await addTodo(page, "Buy seeds");
    const [row] = await dbSql("select id from todos where task = 'Buy seeds'");
    const filters = ["?show=active", "?show=completed", "?owner=me", "?show=active&owner=me", "?q=seeds"];
    const others = ["?team=all", "?team=all&from=21", "?todo=9223372036854775807", `?todo=${row?.id}`];
    for (const search of ["", ...filters, "?q=seeds&show=active", ...others, `?edit=${row?.id}`]) {
      await page.goto(`/${search}`);
      await titles.expectNew(page);
    }
    for (const path of ["/account", "/stats", "/verify-email"]) {
      await page.goto(path);
      await titles.expectNew(page);
    }
    await page.goto("/");
    await removeTodos(page, ["Buy seeds"]);
    await withManyTodos(email, 51, async () => {
      await page.goto("/");
      await page.getByRole("link", { name: "Earlier todos" }).click();
      await expect(todo(page, "todo 1")).toBeVisible();
      await expect(page).toHaveTitle(/^Before \d{4}-\d\d-\d\d \d\d:\d\d UTC · Todos$/);
    });
  },
);

test("a long task does not make a long title", { tag: "@script" }, async ({ person }) => {
  const { page } = await person("Bob");
  const task = "x".repeat(61);
  await addTodo(page, task);
  await todo(page, task).getByRole("link", { name: "Link to this todo" }).click();
  await expect(page).toHaveTitle(`“${"x".repeat(60)}…” · Todos`);
  await page.goto("/");
  await removeTodos(page, [task]);
});
