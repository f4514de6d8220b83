import type { Page } from "@playwright/test";
import { isDataRequest } from "#app/http/remix-data.ts";
import {
  addTodo,
  dbSql,
  expect,
  progressOf,
  removeTodos,
  routeFirst,
  test,
  todo,
  withManyTodos,
} from "./people.ts";

const filter = (page: Page, name: string) => page.getByRole("link", { name, exact: true });
const searchbox = (page: Page) => page.getByRole("searchbox", { name: "Search" });

/** Searches in a way that works with and without JavaScript. */
async function search(page: Page, query: string): Promise<void> {
  await searchbox(page).fill(query);
  await searchbox(page).press("Enter");
}

test(
  "filters narrow the list, count its open todos, and are part of the URL",
  { tag: "@main" },
  async ({ person }) => {
    const bob = await person("Bob");
    const doug = await person("Doug");
    await addTodo(bob.page, "Open of Bob");
    await addTodo(bob.page, "Done of Bob");
    await todo(bob.page, "Done of Bob").getByRole("checkbox").click();
    await expect(todo(bob.page, "Done of Bob").getByRole("checkbox")).toBeChecked();
    await addTodo(doug.page, "Open of Doug");

    await bob.page.reload();
    await expect(filter(bob.page, "All")).toHaveAttribute("aria-current", "page");
    await filter(bob.page, "Mine").click();
    await expect(bob.page).toHaveURL("/?owner=me");
    await expect(todo(bob.page, "Open of Doug")).toHaveCount(0);
    await expect(todo(bob.page, "Done of Bob")).toBeVisible();
    await expect(bob.page.getByText("1 todo remaining")).toBeVisible();
    await filter(bob.page, "Active").click();
    await expect(bob.page).toHaveURL("/?show=active&owner=me");
    await expect(todo(bob.page, "Done of Bob")).toHaveCount(0);
    await expect(todo(bob.page, "Open of Bob")).toBeVisible();
    for (const name of ["Mine", "Active"])
      await expect(filter(bob.page, name)).toHaveAttribute("aria-current", "page");
    await expect(filter(bob.page, "All")).not.toHaveAttribute("aria-current", /./);

    await bob.page.reload();
    await expect(todo(bob.page, "Open of Bob")).toBeVisible();
    await expect(todo(bob.page, "Done of Bob")).toHaveCount(0);
    await filter(bob.page, "Completed").click();
    await expect(todo(bob.page, "Done of Bob")).toBeVisible();
    await expect(bob.page.getByText("0 todos remaining")).toBeVisible();
    await bob.page.goBack();
    await expect(todo(bob.page, "Open of Bob")).toBeVisible();
    await expect(todo(bob.page, "Done of Bob")).toHaveCount(0);
    await filter(bob.page, "All").click();
    await expect(bob.page).toHaveURL("/");
    await expect(todo(bob.page, "Open of Doug")).toBeVisible();
    await removeTodos(bob.page, ["Open of Bob", "Done of Bob"]);
    await removeTodos(doug.page, ["Open of Doug"]);
  },
);

test("a tick under a filter keeps the filter, and an empty filter says why it is empty", async ({
  person,
}) => {
  const { page } = await person("Bob");
  await addTodo(page, "Tick me off");
  await page.goto("/?show=active&owner=me");
  await todo(page, "Tick me off").getByRole("checkbox").click();
  await expect(todo(page, "Tick me off")).toHaveCount(0);
  await expect(page.getByText("No open todos of yours.")).toBeVisible();
  await expect(page).toHaveURL("/?show=active&owner=me");
  await page.goto("/?owner=me");
  await removeTodos(page, ["Tick me off"]);
  await expect(page.getByText("You have no todos yet.")).toBeVisible();
});

test("earlier pages keep the filters", { tag: "@main" }, async ({ person }) => {
  const { page, email } = await person("Bob");
  await withManyTodos(email, 60, async () => {
    await page.goto("/?owner=me&q=todo");
    await page.getByRole("link", { name: "Earlier todos" }).click();
    await expect(todo(page, "todo 3")).toBeVisible();
    await expect(todo(page, "todo 20")).toHaveCount(0);
    await expect(filter(page, "Mine")).toHaveAttribute("aria-current", "page");
    await expect(searchbox(page)).toHaveValue("todo");
    await page.getByRole("link", { name: "Newest todos" }).click();
    await expect(todo(page, "todo 60")).toBeVisible();
    await expect(page).toHaveURL("/?owner=me&q=todo");
  });
});

test(
  "a filter that is chosen while another one loads does not undo it",
  { tag: "@script" },
  async ({ person }) => {
    const { page } = await person("Bob");
    // The first never loads.
    await routeFirst(
      page,
      ({ href }) => isDataRequest(href),
      () => {},
    );
    const first = page.waitForRequest((request) => isDataRequest(request.url()));
    await filter(page, "Mine").click();
    await first;
    await filter(page, "Active").click();
    await expect(page).toHaveURL("/?show=active&owner=me");
  },
);

test(
  "a todo that is being edited stays so when the user steps back to another view that shows it",
  {
    tag: "@script",
  },
  async ({ person }) => {
    const { page } = await person("Bob");
    await addTodo(page, "Buy milk");
    await filter(page, "Mine").click();
    await expect(page).toHaveURL("/?owner=me");
    const edit = page.getByRole("textbox", { name: "Edit todo" });
    await page.getByRole("button", { name: "Edit Buy milk" }).click();
    await edit.fill("Half a thou");
    await page.goBack();
    await expect(page).toHaveURL("/");
    await expect(filter(page, "All")).toHaveAttribute("aria-current", "page");
    await expect(edit).toHaveValue("Half a thou");
    await expect(edit).toBeFocused();
    await expect(edit).not.toHaveAccessibleDescription(/./);
  },
);

test(
  "a search finds part of a text, ignores case and accents, and keeps the filters",
  { tag: "@main" },
  async ({ person }) => {
    const { page } = await person("Bob");
    await addTodo(page, "Crème brûlée");
    await addTodo(page, "Buy milk");
    await filter(page, "Mine").click();
    await search(page, "BRULEE");
    await expect(todo(page, "Buy milk")).toHaveCount(0);
    await expect(todo(page, "Crème brûlée")).toBeVisible();
    await expect(page).toHaveURL("/?owner=me&q=BRULEE");
    await expect(page.getByText("1 todo remaining")).toBeVisible();
    await page.reload();
    await expect(searchbox(page)).toHaveValue("BRULEE");
    await search(page, "nothing like it");
    await expect(page.getByText("No todos of yours match “nothing like it”.")).toBeVisible();
    await search(page, "");
    await expect(todo(page, "Buy milk")).toBeVisible();
    await removeTodos(page, ["Crème brûlée", "Buy milk"]);
  },
);

test(
  "the list follows the typing, the field keeps the focus, and one step back undoes the search",
  { tag: "@script" },
  async ({ person }) => {
    const { page } = await person("Bob");
    await addTodo(page, "Buy milk");
    await addTodo(page, "Feed the cat");
    await filter(page, "Mine").click();
    await searchbox(page).focus();
    await page.keyboard.type("feed");
    await expect(todo(page, "Buy milk")).toHaveCount(0);
    await page.keyboard.type(" the c");
    await expect(page).toHaveURL("/?owner=me&q=feed+the+c");
    await expect(searchbox(page)).toBeFocused();
    await expect(searchbox(page)).toHaveValue("feed the c");
    await page.goBack();
    await expect(page).toHaveURL("/?owner=me");
    await expect(searchbox(page)).toHaveValue("");
    await expect(todo(page, "Buy milk")).toBeVisible();
    await removeTodos(page, ["Buy milk", "Feed the cat"]);
  },
);

test(
  "what the address says shows in the controls, after Back, Forward, and a reload, and in a new tab",
  { tag: "@main" },
  async ({ person }) => {
    const { page, email } = await person("Bob");
    const shows = async (shown: Page, query: string, chosen: string[], isEarlier: boolean) => {
      await expect(shown.getByRole("navigation", { name: "Filter" }).locator("[aria-current]")).toHaveText(
        chosen,
      );
      await expect(filter(shown, "Newest todos")).toHaveCount(isEarlier ? 1 : 0);
      await expect(searchbox(shown)).toHaveValue(query);
    };
    await withManyTodos(email, 60, async () => {
      await filter(page, "Mine").click();
      await shows(page, "", ["Mine"], false);
      await search(page, "todo");
      await expect(page).toHaveURL("/?owner=me&q=todo");
      await filter(page, "Active").click();
      await shows(page, "todo", ["Active", "Mine"], false);
      await page.getByRole("link", { name: "Earlier todos" }).click();
      await shows(page, "todo", ["Active", "Mine"], true);

      await page.goBack();
      await shows(page, "todo", ["Active", "Mine"], false);
      await page.goBack();
      await shows(page, "todo", ["Mine"], false);
      await searchbox(page).focus();
      await page.goBack();
      await shows(page, "", ["Mine"], false);
      await page.goForward();
      await shows(page, "todo", ["Mine"], false);
      await page.goForward();
      await page.goForward();
      await shows(page, "todo", ["Active", "Mine"], true);
      await page.reload();
      await shows(page, "todo", ["Active", "Mine"], true);
      const address = await filter(page, "Newest todos").getAttribute("href");
      const tab = await page.context().newPage();
      await tab.goto(address ?? "");
      await shows(tab, "todo", ["Active", "Mine"], false);
    });
  },
);

test(
  "others' changes show under a filter and a search without a reload",
  { tag: "@script" },
  async ({ person }) => {
    const bob = await person("Bob");
    const doug = await person("Doug");
    await doug.page.goto("/?show=active&q=seed");
    let loads = 0;
    doug.page.on("request", (request) => {
      if (isDataRequest(request.url())) loads++;
    });
    await addTodo(bob.page, "Buy seeds");
    await addTodo(bob.page, "Feed the cat");
    await expect(todo(doug.page, "Buy seeds")).toBeVisible();
    await expect(todo(doug.page, "Feed the cat")).toHaveCount(0);
    await expect(progressOf(doug.page, bob.email)).toContainText("0/2");
    await todo(bob.page, "Buy seeds").getByRole("checkbox").click();
    await expect(todo(doug.page, "Buy seeds")).toHaveCount(0);
    await expect(progressOf(doug.page, bob.email)).toContainText("1/2");
    expect(loads).toBe(0);

    await bob.page.goto("/?owner=me");
    await addTodo(doug.page, "Seeds of Doug");
    await dbSql(`update todos set task = 'Feed two cats' where task = 'Feed the cat'`);
    await expect(todo(bob.page, "Feed two cats")).toBeVisible();
    await expect(todo(bob.page, "Seeds of Doug")).toHaveCount(0);
    await removeTodos(bob.page, ["Buy seeds", "Feed two cats"]);
    await removeTodos(doug.page, ["Seeds of Doug"]);
  },
);

test("a link to a todo shows it in the middle of the window, marked", async ({
  person,
  javaScriptEnabled,
}) => {
  const { page, email } = await person("Bob");
  await withManyTodos(email, 120, async () => {
    const [row] = await dbSql(`select t.id::text from todos t join neon_auth.users_sync u on u.id = t.owner_id
      where t.task = 'todo 40' and u.email = '${email}'`);
    await page.goto(`/?todo=${row?.id}&owner=me`);
    await expect(todo(page, "todo 40")).toHaveAttribute("aria-current", "true");
    await expect(page.locator("li[aria-current]")).toHaveCount(1);
    await expect(todo(page, "todo 65")).toHaveCount(1);
    await expect(todo(page, "todo 100")).toHaveCount(0);
    if (javaScriptEnabled !== false) await expect(todo(page, "todo 40")).toBeInViewport();
  });
  await page.reload();
  await expect(page.getByText("The linked todo isn't here")).toBeVisible();
});

test("adding a todo that the current view would hide leads to a view that shows it", async ({ person }) => {
  const { page } = await person("Bob");
  await page.goto("/?show=completed&owner=me");
  await page.getByRole("textbox", { name: "New todo" }).fill("Hello there");
  await page.getByRole("button", { name: "Add" }).click();
  await expect(todo(page, "Hello there")).toBeVisible();
  await expect(page).toHaveURL("/?owner=me");
  await search(page, "hello");
  await expect(page).toHaveURL("/?owner=me&q=hello");
  await page.getByRole("textbox", { name: "New todo" }).fill("Good morning");
  await page.getByRole("button", { name: "Add" }).click();
  await expect(todo(page, "Good morning")).toBeVisible();
  await expect(page).toHaveURL("/?owner=me");
  await expect(searchbox(page)).toHaveValue("");
  await removeTodos(page, ["Hello there", "Good morning"]);
});
