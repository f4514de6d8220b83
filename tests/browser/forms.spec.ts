import type { Locator, Page } from "@playwright/test";
import {
  addTodo,
  expect,
  profileInPostgres,
  progressOf,
  removeTodos,
  test,
  todo,
  whileProfilesAreHeldBack,
  withManyTodos,
} from "./people.ts";

test("a visitor learns what the app is, and how to sign in or up", { tag: "@main" }, async ({ visitor }) => {
  const page = await visitor();
  await page.goto("/");
  await expect(page.getByRole("link", { name: "Sign up" })).toBeVisible();
  await page.getByRole("link", { name: "Sign in" }).click();
  await expect(page).toHaveTitle("Sign in · Todos");
});

test("an open todo is counted, a ticked one is not", async ({ person }) => {
  const { page } = await person("Bob");
  const remaining = page.getByText(/todos? remaining/);
  const before = Number.parseInt((await remaining.textContent()) ?? "", 10);
  await addTodo(page, "Count me");
  const after = before + 1;
  await expect(remaining).toHaveText(`${after} ${after === 1 ? "todo" : "todos"} remaining`);
  await todo(page, "Count me").getByRole("checkbox").click();
  await expect(remaining).toHaveText(`${before} ${before === 1 ? "todo" : "todos"} remaining`);
  await removeTodos(page, ["Count me"]);
});

test(
  "a refused task stays in its field, beside the reason",
  { tag: "@main" },
  async ({ person, expectConsoleError }) => {
    expectConsoleError(/400/);
    const { page } = await person("Bob");
    const field = page.getByRole("textbox", { name: "New todo" });
    const tooLong = "x".repeat(501);
    await field.fill(tooLong);
    await page.getByRole("button", { name: "Add" }).click();
    await expect(field).toHaveAccessibleDescription(/up to 500 characters/);
    await expect(field).toHaveValue(tooLong);
    await addTodo(page, "Short enough");
    await expect(field).not.toHaveAccessibleDescription(/./);
    await removeTodos(page, ["Short enough"]);
  },
);

test("a task is text, whatever it looks like", async ({ person }) => {
  const { page } = await person("Bob");
  for (const task of ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "لشراء الحليب 🥛"]) {
    await addTodo(page, task);
    await removeTodos(page, [task]);
  }
});

test(
  "a refused sign-up says why beside the field, and keeps everything but the password",
  { tag: "@main" },
  async ({ visitor, person, expectConsoleError }) => {
    expectConsoleError(/400/);
    const { email } = await person("Bob");
    const page = await visitor();
    await page.goto("/sign-up?redirectTo=//evil.example");
    await page.getByLabel("Name").fill("Bob");
    await page.getByLabel("Email").fill(email.toUpperCase());
    await page.getByLabel("Password").fill("correct horse");
    await page.getByRole("button", { name: "Sign up" }).click();
    await expect(page.getByLabel("Email")).toHaveAccessibleDescription(/already/);
    await expect(page.getByLabel("Email")).toHaveValue(email.toUpperCase());
    await expect(page.getByLabel("Name")).toHaveValue("Bob");
  },
);

test("a browser that blocks cookies is told so, and makes no account", async ({
  visitor,
  newEmail,
  expectConsoleError,
}) => {
  expectConsoleError(/400/);
  const page = await visitor();
  const email = newEmail("Bob");
  await page.goto("/sign-up");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill("correct horse");
  await page.context().clearCookies();
  await page.getByRole("button", { name: "Sign up" }).click();
  await expect(page.getByText("Your browser blocks cookies")).toBeVisible();
  await expect(page.getByLabel("Email")).toHaveValue(email);
  // That page has tried again, and this browser has kept it.
  await page.getByLabel("Password").fill("correct horse");
  await page.getByRole("button", { name: "Sign up" }).click();
  await expect(page.getByRole("heading", { name: "Todos" })).toBeVisible();
});

test("every refused field of the sign-up says why", async ({ visitor, expectConsoleError }) => {
  expectConsoleError(/400/);
  const page = await visitor();
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill("x".repeat(257));
  await page.getByLabel("Email").fill("nobody");
  await page.getByLabel("Password").fill("x".repeat(71));
  await page.getByRole("button", { name: "Sign up" }).click();
  await expect(page.getByLabel("Name")).toHaveAccessibleDescription(/at most 256/);
  await expect(page.getByLabel("Email")).toHaveAccessibleDescription(/valid email/);
  await expect(page.getByLabel("Password")).toHaveAccessibleDescription(/at most 70/);
});

test(
  "signing out leads to the front page, and signing in again back to the list",
  { tag: "@main" },
  async ({ newcomer }) => {
    const { page, email } = await newcomer("Bob");
    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(page.getByRole("link", { name: "Sign up" })).toBeVisible();
    await page.getByRole("link", { name: "Sign in" }).click();
    await page.getByLabel("Email").fill(email);
    await page.getByLabel("Password").fill("correct horse");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("heading", { name: "Todos" })).toBeVisible();
    await expect(page).toHaveURL("/");
  },
);

test("two quick adds are two todos", { tag: "@script" }, async ({ person }) => {
  const { page } = await person("Bob");
  const field = page.getByRole("textbox", { name: "New todo" });
  for (const task of ["First of two", "Second of two"]) {
    await field.fill(task);
    await field.press("Enter");
  }
  for (const task of ["First of two", "Second of two"]) {
    await expect(todo(page, task)).toHaveCount(1);
    await removeTodos(page, [task]);
  }
});

test("a missing page says so, and leads back", async ({ visitor, expectConsoleError }) => {
  expectConsoleError(/404/);
  const page = await visitor();
  const answer = await page.goto("/nowhere");
  expect(answer?.status()).toBe(404);
  await page.getByRole("link", { name: "Back to the list" }).click();
  await expect(page).toHaveURL("/");
});

test(
  "ticking and deleting far down the list do not scroll the page",
  { tag: "@script" },
  async ({ person }) => {
    const { page, email } = await person("Bob");
    await expect.poll(() => profileInPostgres(email)).toBeTruthy();
    await withManyTodos(email, 50, async () => {
      await page.reload();
      const before = await scrollTo(page, "todo 40");
      await todo(page, "todo 40").getByRole("checkbox").click();
      await expect(page.getByText("49 todos remaining")).toBeVisible();
      expect(await page.evaluate(() => window.scrollY)).toBe(before);
      await removeTodos(page, ["todo 45"]);
      expect(await page.evaluate(() => window.scrollY)).toBe(before);
    });
  },
);

test(
  "a todo that is refused while the user types the next one is not lost",
  { tag: "@script" },
  async ({ newcomer, expectConsoleError }) => {
    expectConsoleError(/status of 503/);
    const page = await whileProfilesAreHeldBack(async () => {
      const early = await newcomer("Early");
      const field = early.page.getByRole("textbox", { name: "New todo" });
      await field.fill("The first");
      await field.press("Enter");
      await field.fill("The second");
      await expect(early.page.getByText("“The first” was not added")).toBeVisible();
      await expect(field).toHaveValue("The second");
      return early.page;
    });

    await page.getByRole("button", { name: "Try again" }).click();
    await expect(todo(page, "The first").getByRole("checkbox")).toBeEnabled();
    await expect(page.getByText("was not added")).toHaveCount(0);
    await expect(page.getByRole("textbox", { name: "New todo" })).toHaveValue("The second");
  },
);

/** Scrolls a todo to the middle of the window. @returns how far the page has scrolled */
async function scrollTo(page: Page, task: string): Promise<number> {
  await todo(page, task).evaluate((element) => element.scrollIntoView({ block: "center" }));
  return page.evaluate(() => window.scrollY);
}

test("Hebrew runs from right to left where it is written and where it is shown", async ({
  person,
  javaScriptEnabled,
}) => {
  const hebrew = "לקנות חלב!";
  const { page, email } = await person("Bob");
  const expectFromRight = async (shown: Locator) => expect(shown).toHaveCSS("direction", "rtl");
  const newTodo = page.getByRole("textbox", { name: "New todo" });
  await newTodo.fill(hebrew);
  await expectFromRight(newTodo);
  await newTodo.press("Enter");
  await expectFromRight(todo(page, hebrew).getByText(hebrew, { exact: true }));
  const search = page.getByRole("searchbox", { name: "Search" });
  await search.fill(`${hebrew}?`);
  await expectFromRight(search);
  await search.press("Enter");
  await expect(page.getByText(`No todos match “${hebrew}?”.`)).toHaveCSS("direction", "ltr");
  await expectFromRight(page.getByText(`${hebrew}?`, { exact: true }));
  await page.goto("/?owner=me");
  await page.getByRole("button", { name: `Edit ${hebrew}` }).click();
  await expectFromRight(page.getByRole("textbox", { name: "Edit todo" }));
  if (javaScriptEnabled !== false) await page.keyboard.press("Escape");
  else await page.getByRole("link", { name: "Cancel" }).click();
  await removeTodos(page, [hebrew]);

  await addTodo(page, "Buy milk");
  await page.goto("/account");
  await page.getByLabel("Name").fill("דוד");
  await expectFromRight(page.getByLabel("Name"));
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Your name was saved.")).toBeVisible();
  await page.goto("/");
  await expectFromRight(progressOf(page, email).getByText("דוד", { exact: true }));
  await removeTodos(page, ["Buy milk"]);
});
