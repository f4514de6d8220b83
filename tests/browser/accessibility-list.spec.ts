import type { Page } from "@playwright/test";
import { test } from "./accessible.ts";
import { addTodo, dbSql, expect, removeTodos, todo, whileDatabaseIsClosed, withManyTodos } from "./people.ts";

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();

test("axe finds nothing on the list, with todos or without", async ({ person, expectAccessible }) => {
  const bob = await person("Bob");
  const doug = await person("Doug");
  const { page } = bob;
  await page.goto("/?owner=me");
  await expect(page.getByText("You have no todos yet.")).toBeVisible();
  await expectAccessible(page, "Mine · Todos", "empty");

  await addTodo(doug.page, "Feed the cat");
  await page.goto("/");
  await addTodo(page, "Buy seeds");
  await addTodo(page, "x".repeat(200));
  await todo(page, "Buy seeds").getByRole("checkbox").click();
  await expect(page.getByRole("button", { name: "Clear completed" })).toBeVisible();
  await withGhost("Water the plants", async () => {
    await page.reload();
    await expect(todo(page, "Water the plants")).toContainText("no owner");
    await expect(todo(page, "Feed the cat")).toContainText(doug.email);
    await expectAccessible(page, "Todos", "with todos of several owners, and a ghost");
  });

  await todo(page, "Buy seeds").getByRole("link", { name: "Link to this todo" }).click();
  await expect(todo(page, "Buy seeds")).toHaveAttribute("aria-current", "true");
  await expectAccessible(page, "“Buy seeds” · Todos", "a link leads to a todo");
  await page.goto("/");
  await removeTodos(page, ["Buy seeds", "x".repeat(200)]);
  await removeTodos(doug.page, ["Feed the cat"]);
});

const views = [
  ["?owner=me&show=active&q=todo", "Active, Mine, Search for “todo” · Todos"],
  ["?q=nothing+like+it", "Search for “nothing like it” · Todos"],
  ["?q=zz", "Search for “zz” · Todos"],
  ["?show=completed", "Completed · Todos"],
  ["?todo=9223372036854775807", "Todo not found · Todos"],
  ["?team=all", "Team progress · Todos"],
] as const;

test(
  "axe finds nothing on any view of the list",
  { tag: "@script" },
  async ({ person, expectAccessible }) => {
    const { page, email } = await person("Bob");
    await withManyTodos(email, 3, async () => {
      for (const [query, title] of views) {
        await page.goto(`/${query}`);
        await expectAccessible(page, title, query);
      }
    });
    await withManyTodos(email, 51, async () => {
      await page.goto("/");
      await page.getByRole("link", { name: "Earlier todos" }).click();
      await expect(page.getByRole("link", { name: "Newest todos" })).toBeVisible();
      await expectAccessible(page, await page.title(), "earlier todos");
    });
  },
);

/** Keeps a todo whose owner has no profile in the list until some work is done. */
async function withGhost(task: string, work: () => Promise<void>): Promise<void> {
  await dbSql(`do $$ begin
    alter table todos drop constraint todos_owner_id_fk;
    insert into todos (owner_id, task) values ('ghost', '${task}');
  end $$`);
  await work().finally(() =>
    dbSql(`do $$ begin
      delete from todos where owner_id = 'ghost';
      alter table todos add constraint todos_owner_id_fk
        foreign key (owner_id) references neon_auth.users_sync (id) on delete cascade;
    end $$`),
  );
}

test("axe finds nothing while a user changes todos", async ({
  person,
  javaScriptEnabled,
  expectAccessible,
  expectConsoleError,
}) => {
  expectConsoleError(/status of 40[04]/);
  const { page } = await person("Bob");
  await page.getByRole("textbox", { name: "New todo" }).fill("x".repeat(501));
  await press(page, "Add");
  await expect(page.getByRole("alert")).toBeVisible();
  await expectAccessible(page, "Todos", "with an error beside the new todo");

  await page.goto("/");
  await addTodo(page, "Buy seeds");
  // Without JavaScript the URL says which todo is being edited.
  const title = javaScriptEnabled === false ? "Edit “Buy seeds” · Todos" : "Todos";
  await press(page, "Edit Buy seeds");
  await expect(page.getByRole("textbox", { name: "Edit todo" })).toBeFocused();
  await expectAccessible(page, title, "a todo is edited");
  await page.getByRole("textbox", { name: "Edit todo" }).fill("");
  await press(page, "Save");
  await expect(page.getByRole("alert")).toBeVisible();
  await expectAccessible(page, title, "an edit is questioned");

  await page.goto("/");
  await removeTodos(page, ["Buy seeds"]);
  // The offer stays while focused.
  await page.getByRole("button", { name: "Undo" }).focus();
  await expectAccessible(page, "Todos", "an undo is offered");
  await dbSql("delete from undoable_todos");
  await press(page, "Undo");
  await expect(page.getByText("can no longer be undone")).toBeVisible();
  await expectAccessible(page, "Todos", "with a notice");
});

test(
  "axe finds nothing while the database refuses connections",
  { tag: "@script" },
  async ({ person, javaScriptEnabled, expectAccessible, expectConsoleError }) => {
    expectConsoleError(/status of 503|ERR_/);
    const { page } = await person("Bob");
    await addTodo(page, "Buy seeds");
    await whileDatabaseIsClosed(async () => {
      if (javaScriptEnabled !== false) {
        await expect(page.getByText("Live updates are paused")).toBeVisible();
        await expectAccessible(page, "Todos", "not live");
      }
      await page.goto("/");
      await expect(page.getByRole("alert")).toContainText("cannot be reached");
      await expectAccessible(page, "Todos", "503");
    });
    await expect(async () => {
      await page.goto("/");
      await expect(todo(page, "Buy seeds")).toBeVisible({ timeout: 1_000 });
    }).toPass();
    await removeTodos(page, ["Buy seeds"]);
  },
);

test(
  "axe finds nothing on the statistics, for admins and for other users",
  { tag: "@script" },
  async ({ person, expectAccessible, expectConsoleError }) => {
    expectConsoleError(/status of 403/);
    const { page, email } = await person("Ada");
    await page.goto("/stats");
    await expectAccessible(page, "Not allowed · Todos", "403");
    const promote = `update neon_auth.users_sync
    set raw_json = jsonb_set(raw_json, '{server_metadata}', '{"role": "admin"}') where email = '${email}' returning id`;
    await expect.poll(() => dbSql(promote)).toHaveLength(1);
    await page.goto("/stats");
    await expectAccessible(page, "Statistics · Todos", "without a todo");
    await page.goto("/");
    await addTodo(page, "Count me in");
    await todo(page, "Count me in").getByRole("checkbox").click();
    await expect(page.getByRole("button", { name: "Clear everyone’s completed" })).toBeVisible();
    await expectAccessible(page, "Todos", "for an admin");
    await page.goto("/stats");
    await page.getByText("The same as a table").click();
    await expectAccessible(page, "Statistics · Todos", "for an admin");
    await page.goto("/");
    await removeTodos(page, ["Count me in"]);
  },
);
