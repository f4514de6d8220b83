import {
  addTodo,
  dbSql,
  expect,
  type Person,
  profileInPostgres,
  progressOf,
  removeTodos,
  test,
  todo,
} from "./people.ts";

async function openAccount({ page }: Person): Promise<void> {
  await page.getByRole("link", { name: "Account", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Account", exact: true })).toBeVisible();
}

/** The same user, signed in at another browser. */
async function elsewhere(page: Person["page"], email: string, password = "correct horse"): Promise<Person> {
  await page.goto("/sign-in");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  return { page, email };
}

test("the account page sends signed-out users to sign in, and they come back", async ({
  person,
  visitor,
}) => {
  const { email } = await person("Bob");
  const page = await visitor();
  await page.goto("/account");
  await expect(page).toHaveURL("/sign-in?redirectTo=/account");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill("correct horse");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Account", exact: true })).toBeVisible();
  await expect(page.getByRole("main").getByText(email)).toBeVisible();
  await expect(page.getByRole("link", { name: "Verify it" })).toHaveAttribute("href", "/verify-email");
});

test(
  "the page says that a new name was saved, and others see it in Team progress",
  { tag: "@main" },
  async ({ person, expectConsoleError }) => {
    expectConsoleError(/status of 400/);
    const bob = await person("Bob");
    const doug = await person("Doug");
    await addTodo(bob.page, "Buy seeds");
    await openAccount(bob);
    await expect(bob.page.getByLabel("Name")).toHaveValue("Bob");
    await bob.page.getByLabel("Name").fill("Bobby <Tables>");
    await bob.page.getByRole("button", { name: "Save" }).click();
    await expect(bob.page.getByRole("status")).toHaveText("Your name was saved.");
    await expect(bob.page.getByLabel("Name")).toHaveValue("Bobby <Tables>");
    await doug.page.reload();
    await expect(progressOf(doug.page, bob.email)).toContainText("Bobby <Tables>");

    await bob.page.getByLabel("Name").fill("x".repeat(257));
    await bob.page.getByRole("button", { name: "Save" }).click();
    await expect(bob.page.getByLabel("Name")).toHaveAccessibleDescription(/at most 256 characters/);
    await expect(bob.page.getByLabel("Name")).toHaveValue("x".repeat(257));
    await expect(bob.page.getByRole("status")).toHaveCount(0);
    await bob.page.goto("/");
    await removeTodos(bob.page, ["Buy seeds"]);
  },
);

test(
  "only the new password signs in, and other browsers are signed out",
  { tag: "@main" },
  async ({ person, visitor, expectConsoleError }) => {
    expectConsoleError(/status of 400/);
    const bob = await person("Bob");
    const other = await elsewhere(await visitor(), bob.email);
    await expect(other.page.getByRole("heading", { name: "Todos" })).toBeVisible();
    await openAccount(other);
    await openAccount(bob);

    await bob.page.getByLabel("Current password").fill("wrong horse");
    await bob.page.getByLabel("New password").fill("battery staple");
    await bob.page.getByRole("button", { name: "Change the password" }).click();
    await expect(bob.page.getByLabel("Current password")).toHaveAccessibleDescription("Wrong password.");
    await expect(bob.page.getByLabel("New password")).toHaveValue("");

    await bob.page.getByLabel("Current password").fill("correct horse");
    await bob.page.getByLabel("New password").fill("battery staple");
    await bob.page.getByRole("button", { name: "Change the password" }).click();
    await expect(bob.page.getByRole("status")).toContainText("Your password was changed");

    await other.page.getByRole("button", { name: "Save" }).click();
    await expect(other.page).toHaveURL("/sign-in?redirectTo=/account");
    await elsewhere(other.page, bob.email);
    await expect(other.page.getByText("Wrong email or password.")).toBeVisible();
    await elsewhere(other.page, bob.email, "battery staple");
    await expect(other.page.getByRole("heading", { name: "Todos" })).toBeVisible();
  },
);

test("password managers recognize the fields", { tag: "@script" }, async ({ person }) => {
  const bob = await person("Bob");
  await openAccount(bob);
  const form = bob.page.locator("form").filter({ has: bob.page.getByLabel("Current password") });
  await expect(form.getByLabel("Current password")).toHaveAttribute("autocomplete", "current-password");
  await expect(form.getByLabel("New password")).toHaveAttribute("autocomplete", "new-password");
  await expect(form.getByLabel("New password")).toHaveAccessibleDescription("8 to 70 characters");
  const username = form.locator("[autocomplete=username]");
  await expect(username).toHaveValue(bob.email);
  await expect(username).not.toBeEditable();
});

test("one click signs out all other browsers, and the page says how many", async ({ person, visitor }) => {
  const bob = await person("Bob");
  const other = await elsewhere(await visitor(), bob.email);
  await expect(other.page.getByRole("heading", { name: "Todos" })).toBeVisible();
  await openAccount(other);
  await openAccount(bob);
  await bob.page.getByRole("button", { name: "Sign out everywhere else" }).click();
  await expect(bob.page.getByRole("status")).toContainText("1 other session was ended.");
  await bob.page.getByRole("button", { name: "Sign out everywhere else" }).click();
  await expect(bob.page.getByRole("status")).toHaveText("You weren't signed in anywhere else.");
  await other.page.getByRole("button", { name: "Save" }).click();
  await expect(other.page).toHaveURL("/sign-in?redirectTo=/account");
});

test(
  "deleting the account removes its todos for everyone, signs out, and says so",
  { tag: "@main" },
  async ({ person, visitor, expectConsoleError }) => {
    expectConsoleError(/status of 400/);
    const bob = await person("Bob");
    const doug = await person("Doug");
    await addTodo(doug.page, "Feed the cat");
    await openAccount(doug);
    const confirmation = doug.page.getByLabel("Type your email address to confirm");
    await confirmation.fill(bob.email);
    await doug.page.getByRole("button", { name: "Delete the account" }).click();
    await expect(confirmation).toHaveAccessibleDescription("That isn't your account's email address.");
    await expect(confirmation).toHaveValue(bob.email);
    await bob.page.reload();
    await expect(todo(bob.page, "Feed the cat")).toBeVisible();

    await confirmation.fill(` ${doug.email.toUpperCase()} `);
    await doug.page.getByRole("button", { name: "Delete the account" }).click();
    await expect(doug.page.getByText("Your account was deleted, so you have been signed out.")).toBeVisible();
    await expect(doug.page.getByRole("link", { name: "Sign in" })).toBeVisible();
    await expect.poll(() => profileInPostgres(doug.email)).toBeUndefined();
    await expect.poll(() => todosOf(doug.email)).toEqual([{ todos: "0" }]);
    await bob.page.reload();
    await expect(todo(bob.page, "Feed the cat")).toHaveCount(0);
    const again = await elsewhere(await visitor(), doug.email);
    await expect(again.page.getByText("Wrong email or password.")).toBeVisible();
  },
);

function todosOf(email: string) {
  return dbSql(`
    select count(*)::text as todos from todos t
    join neon_auth.users_sync u on u.id = t.owner_id where u.email = '${email}'
  `);
}

test("the account page fits a phone and a desktop", { tag: "@script" }, async ({ person }) => {
  const bob = await person("Bob");
  await openAccount(bob);
  const overflow = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
  for (const width of [320, 390, 1280]) {
    await bob.page.setViewportSize({ width, height: 800 });
    expect(await bob.page.evaluate(overflow)).toBe(0);
  }
});
