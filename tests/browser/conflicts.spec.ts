import type { Page, Route } from "@playwright/test";
import { addTodo, dbSql, expect, type Person, removeTodos, routeFirst, test, todo } from "./people.ts";

const editButton = (page: Page, task: string) =>
  page.getByRole("button", { name: `Edit ${task}`, exact: true });
const editField = (page: Page) => page.getByRole("textbox", { name: "Edit todo" });
const heading = (page: Page) => page.getByRole("heading", { name: "Todos", exact: true });
const tasksLike = async (words: string) =>
  (await dbSql(`select task from todos where task like '${words}%' order by id`)).map(({ task }) => task);

async function makeAdmin({ page, email }: Person): Promise<void> {
  const change = `update neon_auth.users_sync
    set raw_json = jsonb_set(raw_json, '{server_metadata}', '{"role": "admin"}') where email = '${email}' returning id`;
  await expect.poll(() => dbSql(change)).toHaveLength(1);
  await page.reload();
}

async function beginEdit(page: Page, task: string, typed: string): Promise<void> {
  await editButton(page, task).click();
  await editField(page).fill(typed);
}

async function saveEdit(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Save" }).click();
}

test(
  "of two people who edit one todo, the second sees both texts, and keeps the other's or saves their own",
  { tag: "@main" },
  async ({ person, expectConsoleError }) => {
    expectConsoleError(/409/);
    const bob = await person("Bob");
    await addTodo(bob.page, "Water the plants");
    const ada = await person("Ada");
    await makeAdmin(ada);

    await beginEdit(ada.page, "Water the plants", "Water the roses");
    await beginEdit(bob.page, "Water the plants", "Water the cacti");
    await saveEdit(bob.page);
    await expect(todo(bob.page, "Water the cacti")).toBeVisible();
    await expect.poll(() => tasksLike("Water the")).toEqual(["Water the cacti"]);
    await saveEdit(ada.page);
    await expect(editField(ada.page)).toHaveAccessibleDescription(
      /changed while you were editing\. .* It now says: “Water the cacti”$/,
    );
    await expect(editField(ada.page)).toHaveValue("Water the roses");
    await ada.page.getByRole("link", { name: "Cancel" }).click();
    await expect(editField(ada.page)).toHaveCount(0);
    await expect(todo(ada.page, "Water the cacti")).toBeVisible();
    expect(await tasksLike("Water the")).toEqual(["Water the cacti"]);

    await beginEdit(ada.page, "Water the cacti", "Water the roses");
    await beginEdit(bob.page, "Water the cacti", "Water the herbs");
    await saveEdit(bob.page);
    await expect(todo(bob.page, "Water the herbs")).toBeVisible();
    await expect.poll(() => tasksLike("Water the")).toEqual(["Water the herbs"]);
    await saveEdit(ada.page);
    await expect(editField(ada.page)).toHaveAccessibleDescription(/“Water the herbs”$/);
    await saveEdit(ada.page);
    await expect(todo(ada.page, "Water the roses")).toBeVisible();
    await expect(ada.page.getByText("The todo was edited.")).toBeVisible();
    expect(await tasksLike("Water the")).toEqual(["Water the roses"]);

    await ada.page.getByRole("button", { name: "Undo" }).click();
    await expect(todo(ada.page, "Water the herbs")).toBeVisible();
    expect(await tasksLike("Water the")).toEqual(["Water the herbs"]);
    await removeTodos(ada.page, ["Water the herbs"]);
  },
);

test("the choice remains when the other's text has left the view", async ({ person, expectConsoleError }) => {
  expectConsoleError(/409/);
  const { page } = await person("Bob");
  await addTodo(page, "Water the plants");
  await page.goto("/?q=plants");
  await beginEdit(page, "Water the plants", "Water the green plants");
  await dbSql("update todos set task = 'Feed the cat' where task = 'Water the plants'");
  await saveEdit(page);
  await expect(editField(page)).toHaveAccessibleDescription(/“Feed the cat”$/);
  await expect(editField(page)).toHaveValue("Water the green plants");
  await saveEdit(page);
  await expect(todo(page, "Water the green plants")).toBeVisible();
  await removeTodos(page, ["Water the green plants"]);
});

test(
  "a blank text hides no change made meanwhile",
  { tag: "@no-script" },
  async ({ person, expectConsoleError }) => {
    expectConsoleError(/400|409/);
    const { page } = await person("Bob");
    await addTodo(page, "Water the plants");
    await beginEdit(page, "Water the plants", " ");
    await dbSql("update todos set task = 'Feed the cat' where task = 'Water the plants'");
    await saveEdit(page);
    await expect(editField(page)).toHaveAccessibleDescription(/what needs to be done/);
    await editField(page).fill("Water the cacti");
    await saveEdit(page);
    await expect(editField(page)).toHaveAccessibleDescription(/“Feed the cat”$/);
    await page.getByRole("link", { name: "Cancel" }).click();
    await removeTodos(page, ["Feed the cat"]);
  },
);

test(
  "leaving the field does not choose, and a draft still knows which text it began from",
  { tag: "@script" },
  async ({ person, expectConsoleError }) => {
    expectConsoleError(/409/);
    const { page } = await person("Bob");
    await addTodo(page, "Water the plants");
    await beginEdit(page, "Water the plants", "Water the roses");
    await dbSql("update todos set task = 'Water the cacti' where task = 'Water the plants'");
    await page.reload();
    await expect(editField(page)).toHaveAccessibleDescription("This edit isn't saved yet.");
    await editField(page).press("Enter");
    await expect(editField(page)).toHaveAccessibleDescription(/“Water the cacti”$/);

    const posts: string[] = [];
    page.on("request", (request) => request.method() === "POST" && posts.push(request.url()));
    await editField(page).fill("Water the red roses");
    await heading(page).click();
    await expect(editField(page)).not.toBeFocused();
    await expect(editField(page)).toHaveValue("Water the red roses");
    await page.reload();
    await expect(editField(page)).toHaveValue("Water the red roses");
    expect(posts).toEqual([]);
    await editField(page).press("Enter");
    await expect(editField(page)).toHaveAccessibleDescription(/“Water the cacti”$/);
    await editField(page).press("Escape");
    await expect(todo(page, "Water the cacti")).toBeVisible();
    await removeTodos(page, ["Water the cacti"]);
  },
);

test(
  "users meet no conflict with an edit of their own that is on its way, and Ctrl+Z undoes the latest",
  { tag: "@script" },
  async ({ person }) => {
    const { page } = await person("Bob");
    await addTodo(page, "Water the plants");
    const held: Route[] = [];
    await routeFirst(page, "**/?index*", (route) => held.push(route));
    await beginEdit(page, "Water the plants", "Water the cacti");
    await editField(page).press("Enter");
    await expect.poll(() => held.length).toBe(1);
    await beginEdit(page, "Water the cacti", "Water the roses");
    await editField(page).press("Enter");
    await expect(todo(page, "Water the roses")).toBeVisible();
    await page.keyboard.press("Control+z");
    await held[0]?.continue();
    await expect(todo(page, "Water the cacti")).toBeVisible();
    await expect.poll(() => tasksLike("Water the")).toEqual(["Water the cacti"]);
    await expect(editField(page)).toHaveCount(0);
    await removeTodos(page, ["Water the cacti"]);
  },
);
