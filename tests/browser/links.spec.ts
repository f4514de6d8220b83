import { addTodo, expect, removeTodos, test, todo, withManyTodos } from "./people.ts";

const linkName = "Link to this todo";

test("each todo has a link that leads another user to it, on whatever page it is", async ({ person }) => {
  const bob = await person("Bob");
  const doug = await person("Doug");
  await withManyTodos(bob.email, 160, async () => {
    await bob.page.goto("/");
    await bob.page.getByRole("link", { name: "Earlier todos" }).click();
    const item = todo(bob.page, "todo 80");
    await expect(item.getByRole("link")).toHaveCount(1);
    const href = await item.getByRole("link", { name: linkName }).getAttribute("href");
    await doug.page.goto(href ?? "");
    await expect(todo(doug.page, "todo 80")).toHaveAttribute("aria-current", "true");
    await expect(todo(doug.page, "todo 80")).toBeInViewport({ ratio: 1 });
    await expect(todo(doug.page, "todo 60")).not.toBeInViewport();
    await expect(doug.page.getByRole("link", { name: "Newest todos" })).toBeAttached();
  });
});

test("the link leads to the whole list, whatever the user was viewing, and the filters lead away from it", async ({
  person,
}) => {
  const { page } = await person("Bob");
  await addTodo(page, "Buy seeds");
  await addTodo(page, "Water the plants");
  await page.goto("/?owner=me&q=seeds");
  await expect(todo(page, "Water the plants")).toHaveCount(0);
  await todo(page, "Buy seeds").getByRole("link", { name: linkName }).click();
  await expect(page).toHaveURL(/\/\?todo=(\d+)#todo-\1$/);
  await expect(todo(page, "Water the plants")).toBeVisible();
  await expect(todo(page, "Buy seeds")).toHaveAttribute("aria-current", "true");

  // A change made there leads back to the same place.
  await todo(page, "Water the plants").getByRole("checkbox").click();
  await expect(todo(page, "Water the plants").getByRole("checkbox")).toBeChecked();
  await expect(page).toHaveURL(/\?todo=\d+/);
  await expect(todo(page, "Buy seeds")).toHaveAttribute("aria-current", "true");
  await page.getByRole("link", { name: "Active", exact: true }).click();
  await expect(page).toHaveURL(/\/\?show=active$/);
  await expect(todo(page, "Buy seeds")).not.toHaveAttribute("aria-current");
  await page.goto("/");
  await removeTodos(page, ["Buy seeds", "Water the plants"]);
});

test(
  "the keyboard reaches the link between the checkbox and the buttons, and it shows the focus",
  { tag: "@script" },
  async ({ person }) => {
    const { page } = await person("Bob");
    await addTodo(page, "Buy seeds");
    const item = todo(page, "Buy seeds");
    await item.getByRole("checkbox").focus();
    await page.keyboard.press("Tab");
    const link = item.getByRole("link", { name: linkName });
    await expect(link).toBeFocused();
    await expect(link).toHaveCSS("outline-style", "solid");
    await page.keyboard.press("Tab");
    await expect(item.getByRole("button", { name: "Edit Buy seeds" })).toBeFocused();
    await link.focus();
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/#todo-\d+$/);
    await page.goto("/");
    await removeTodos(page, ["Buy seeds"]);
  },
);
