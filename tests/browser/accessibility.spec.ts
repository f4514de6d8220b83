import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { addTodo, dbSql, expect, mailTo, removeTodos, test, todo } from "./people.ts";

const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];

test.skip(
  ({ javaScriptEnabled }) => javaScriptEnabled === false,
  "axe puts its rules behind timers, which never fire where JavaScript is off",
);

test.describe.configure({ timeout: 60_000 });

/**
 * Expects that axe finds nothing on a page as it is just now, narrow and wide, light and dark, and what it does not
 * look for: a title, one main heading, no motion for those who want none, and reflow at 320 px (WCAG 1.4.10).
 */
async function expectAccessible(page: Page, title: string, state: string): Promise<void> {
  await test.step(`${title}, ${state}`, async () => {
    await expect(page).toHaveTitle(title);
    await expect(page.locator("html")).toHaveAttribute("lang", "en");
    await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
    await expect(page.getByRole("main")).toHaveCount(1);
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        const where = `${title}, ${state}, ${width} px, ${colorScheme}`;
        expect.soft(await violations(page), where).toEqual([]);
      }
    }
    expect.soft(await page.evaluate(() => document.getAnimations().length), "motion").toBe(0);
    await page.setViewportSize({ width: 320, height: 800 });
    expect.soft(await page.evaluate(overflow), `${title}, ${state}, 320 px`).toBeLessThanOrEqual(0);
  });
}

/** Which rules are broken, and where. */
async function violations(page: Page): Promise<string[]> {
  // Legacy mode spares a second page per run, which is there for frames of other origins; the app has none.
  const axe = new AxeBuilder({ page }).withTags(rules).setLegacyMode();
  const results = await axe.analyze();
  return results.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} (${help}): ${target.join(" ")}: ${failureSummary}`),
  );
}

function overflow(): number {
  const { scrollWidth, clientWidth } = document.scrollingElement ?? document.documentElement;
  return scrollWidth - clientWidth;
}

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();

test("axe finds nothing on the front page, nor where there is no page", async ({
  visitor,
  expectConsoleError,
}) => {
  expectConsoleError(/status of 404/);
  const page = await visitor();
  await page.goto("/");
  await expectAccessible(page, "Todos", "signed out");
  await page.goto("/nowhere");
  await expectAccessible(page, "Not found · Todos", "404");
});

test("axe finds nothing on the sign-up and the sign-in, whatever is wrong", async ({
  visitor,
  expectConsoleError,
}) => {
  expectConsoleError(/status of 400/);
  const page = await visitor();
  await page.goto("/sign-up");
  await expectAccessible(page, "Sign up · Todos", "as it opens");
  await page.getByLabel("Name").fill("x".repeat(257));
  await page.getByLabel("Email").fill("nobody");
  await page.getByLabel("Password").fill("x".repeat(71));
  await press(page, "Sign up");
  await expect(page.getByRole("alert")).toHaveCount(3);
  await expectAccessible(page, "Sign up · Todos", "with errors");

  await page.goto("/sign-in?problem=denied");
  await expect(page.getByRole("alert")).toContainText("You did not allow");
  await expectAccessible(page, "Sign in · Todos", "with a problem");
  await page.getByLabel("Email").fill("nobody@example.com");
  await page.getByLabel("Password").fill("correct horse");
  await press(page, "Sign in");
  await expect(page.getByText("do not belong together")).toBeVisible();
  await expectAccessible(page, "Sign in · Todos", "with an error");
});

test("axe finds nothing on the way to a new password", async ({ visitor, expectConsoleError }) => {
  expectConsoleError(/status of 400/);
  const page = await visitor();
  await page.goto("/forgot-password");
  await expectAccessible(page, "Forgot password · Todos", "as it opens");
  await page.getByLabel("Email").fill("nobody");
  await press(page, "Send the link");
  await expect(page.getByRole("alert")).toBeVisible();
  await expectAccessible(page, "Forgot password · Todos", "with an error");
  await page.getByLabel("Email").fill("nobody@example.com");
  await press(page, "Send the link");
  await expect(page.getByRole("status")).toBeVisible();
  await expectAccessible(page, "Forgot password · Todos", "sent");

  await page.goto("/reset-password");
  await expectAccessible(page, "Set a new password · Todos", "without a link");
  await page.goto(`/reset-password?code=${"0".repeat(45)}`);
  await page.getByLabel("New password").fill("1234567");
  await press(page, "Set the password");
  await expect(page.getByRole("alert")).toBeVisible();
  await expectAccessible(page, "Set a new password · Todos", "with an error");
});

test("axe finds nothing on the way in by e-mail", async ({ visitor, expectConsoleError }) => {
  expectConsoleError(/status of 400/);
  const title = "Sign in by e-mail · Todos";
  const email = `axe-${crypto.randomUUID().slice(0, 8)}@example.com`;
  const page = await visitor();
  await page.goto("/magic-link");
  await expectAccessible(page, title, "as it opens");
  await page.getByLabel("Email").fill(email);
  await press(page, "Send the link");
  await expect(page.getByRole("status")).toContainText(email);
  await expectAccessible(page, title, "sent");
  await page.getByLabel("Code").fill("000000");
  await press(page, "Sign in");
  await expect(page.getByRole("alert")).toBeVisible();
  await expectAccessible(page, title, "with a wrong code");
  const [link = ""] = (await mailTo(email)).links;
  await page.goto(link);
  await expect(page.getByText("You opened the link")).toBeVisible();
  await expectAccessible(page, title, "opened by the link");
});

test("axe finds nothing where an address is confirmed", async ({ person, visitor, expectConsoleError }) => {
  expectConsoleError(/status of 400/);
  const title = "Confirm your e-mail address · Todos";
  const { page, email } = await person("Bob");
  await page.goto("/verify-email");
  await expectAccessible(page, title, "not confirmed");
  const [link = ""] = (await mailTo(email)).links;
  const elsewhere = await visitor();
  await elsewhere.goto(link.slice(0, -1));
  await press(elsewhere, "Confirm the address");
  await expect(elsewhere.getByRole("alert")).toBeVisible();
  await expectAccessible(elsewhere, title, "with an error");
  await elsewhere.goto(link);
  await expectAccessible(elsewhere, title, "opened by the link");
  await press(elsewhere, "Confirm the address");
  await expect(elsewhere.getByRole("status")).toBeVisible();
  await expectAccessible(elsewhere, title, "confirmed");
});

test("axe finds nothing on the account page", async ({ person, expectConsoleError }) => {
  expectConsoleError(/status of 400/);
  const { page } = await person("Bob");
  await page.goto("/account");
  await press(page, "Change the password");
  await expect(page.getByRole("alert").first()).toBeVisible();
  await expectAccessible(page, "Account · Todos", "with an error");
  await press(page, "Save");
  await expect(page.getByRole("status")).toBeVisible();
  await expectAccessible(page, "Account · Todos", "with a message");
});

test("axe finds nothing on the list, with todos or without", async ({ person }) => {
  const bob = await person("Bob");
  const doug = await person("Doug");
  const { page } = bob;
  await page.goto("/?owner=me");
  await expect(page.getByText("You have no todos yet.")).toBeVisible();
  await expectAccessible(page, "Todos", "empty");

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
    await expectAccessible(page, "Todos", "with todos of several owners and of nobody");
  });

  for (const query of ["?owner=me&show=active&q=seeds", "?q=nothing+like+it", "?team=all"]) {
    await page.goto(`/${query}`);
    await expectAccessible(page, "Todos", query);
  }
  await page.goto("/");
  await removeTodos(page, ["Buy seeds", "x".repeat(200)]);
  await removeTodos(doug.page, ["Feed the cat"]);
});

/** Has a todo in the list whose owner has no profile, until some work is done. */
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

test("axe finds nothing while todos are changed", async ({ person, expectConsoleError }) => {
  expectConsoleError(/status of 40[04]/);
  const { page } = await person("Bob");
  await page.getByRole("textbox", { name: "New todo" }).fill("x".repeat(501));
  await press(page, "Add");
  await expect(page.getByRole("alert")).toBeVisible();
  await expectAccessible(page, "Todos", "with an error beside the new todo");

  await addTodo(page, "Buy seeds");
  await press(page, "Edit Buy seeds");
  await expect(page.getByRole("textbox", { name: "Edit todo" })).toBeFocused();
  await expectAccessible(page, "Todos", "a todo is edited");
  await page.getByRole("textbox", { name: "Edit todo" }).fill("");
  await press(page, "Save");
  await expect(page.getByRole("alert")).toContainText("Delete this todo?");
  await expectAccessible(page, "Todos", "an edit is questioned");

  await page.goto("/");
  await removeTodos(page, ["Buy seeds"]);
  // The offer stays while it has the focus.
  await page.getByRole("button", { name: "Undo" }).focus();
  await expectAccessible(page, "Todos", "an undo is offered");
  await dbSql("delete from undoable_todos");
  await press(page, "Undo");
  await expect(page.getByText("cannot be undone any more")).toBeVisible();
  await expectAccessible(page, "Todos", "with a notice");
});

test("axe finds nothing on the statistics, whether one may see them or not", async ({
  person,
  expectConsoleError,
}) => {
  expectConsoleError(/status of 403/);
  const { page, email } = await person("Ada");
  await addTodo(page, "Count me in");
  await page.goto("/stats");
  await expectAccessible(page, "Not allowed · Todos", "403");
  const promote = `update neon_auth.users_sync
    set raw_json = jsonb_set(raw_json, '{server_metadata}', '{"role": "admin"}') where email = '${email}' returning id`;
  await expect.poll(() => dbSql(promote)).toHaveLength(1);
  await page.reload();
  await page.getByText("The same as a table").click();
  await expectAccessible(page, "Statistics · Todos", "for an admin");
  await page.goto("/");
  await expectAccessible(page, "Todos", "for an admin");
  await removeTodos(page, ["Count me in"]);
});
