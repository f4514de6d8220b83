import {
  addTodo,
  dbSql,
  expect,
  progressOf,
  removeTodos,
  stackRequest,
  test,
  todo,
  whileProfilesAreHeldBack,
} from "./people.ts";

test(
  "a user whose profile is late is told so, keeps their text, and tries again",
  { tag: "@main" },
  async ({ newcomer, expectConsoleError }) => {
    expectConsoleError(/status of 503/);
    const { page, email } = await whileProfilesAreHeldBack(async () => {
      const early = await newcomer("Early");
      await expect(early.page.getByText(early.email)).toBeVisible();
      await early.page.getByRole("textbox", { name: "New todo" }).fill("Be early");
      await early.page.getByRole("button", { name: "Add" }).click();
      await expect(early.page.getByText("Your profile is on its way")).toBeVisible();
      await expect(early.page.getByRole("textbox", { name: "New todo" })).toHaveValue("Be early");
      await expect(todo(early.page, "Be early")).toHaveCount(0);
      return early;
    });

    await page.getByRole("button", { name: "Try again" }).click();
    await expect(todo(page, "Be early")).toContainText(email);
    await expect(page.getByText("Your profile is on its way")).toHaveCount(0);
    await expect(progressOf(page, email)).toContainText("0/1");
    await removeTodos(page, ["Be early"]);
  },
);

test(
  "a user whom Stack deletes disappears from every page with their todos, and is signed out",
  { tag: "@main" },
  async ({ person, javaScriptEnabled }) => {
    const bob = await person("Bob");
    const doug = await person("Doug");
    await addTodo(doug.page, "Feed the cat");
    await bob.page.reload();
    await expect(todo(bob.page, "Feed the cat")).toBeVisible();

    const [profile] = await dbSql(`select id from neon_auth.users_sync where email = '${doug.email}'`);
    await stackRequest("DELETE", `/users/${profile?.id}`);
    const marked = () => dbSql(`select deleted_at from neon_auth.users_sync where email = '${doug.email}'`);
    await expect.poll(marked).toEqual([{ deleted_at: expect.any(String) }]);

    await bob.page.reload();
    await expect(todo(bob.page, "Feed the cat")).toHaveCount(0);
    await expect(bob.page.getByText(doug.email)).toHaveCount(0);
    // A live page signs out by itself, another one with the next form.
    if (!javaScriptEnabled) {
      await doug.page.getByRole("textbox", { name: "New todo" }).fill("Too late");
      await doug.page.getByRole("button", { name: "Add" }).click();
    }
    await expect(doug.page.getByText("Your account was deleted, so you have been signed out.")).toBeVisible();
  },
);

test(
  "a name that looks like HTML is text, a long one fits, and a missing one is N/A",
  { tag: "@script" },
  async ({ person }) => {
    const { page, email } = await person("Bob");
    await addTodo(page, "Buy seeds");
    const [profile] = await dbSql(`select id from neon_auth.users_sync where email = '${email}'`);
    const name = () => dbSql(`select name from neon_auth.users_sync where email = '${email}'`);
    for (const [changed, shown] of [
      ["<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"],
      ["x".repeat(256), "x".repeat(256)],
      ["\u200b", "N/A"],
      [null, "N/A"],
    ] as const) {
      await stackRequest("PATCH", `/users/${profile?.id}`, { display_name: changed });
      await expect.poll(name).toEqual([{ name: changed }]);
      await page.reload();
      await expect(progressOf(page, email)).toContainText(shown);
      const overflow = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
      for (const width of [320, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await page.evaluate(overflow)).toBe(0);
      }
    }
    await removeTodos(page, ["Buy seeds"]);
  },
);
