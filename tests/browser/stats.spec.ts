import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { addTodo, dbSql, expect, removeTodos, test } from "./people.ts";

/** Makes a user an admin, or no longer one, as the sync does. */
async function setRole(email: string, role: "admin" | "member"): Promise<void> {
  const change = `update neon_auth.users_sync
    set raw_json = jsonb_set(raw_json, '{server_metadata}', '{"role": "${role}"}') where email = '${email}' returning id`;
  await expect.poll(() => dbSql(change)).toHaveLength(1);
}

/** Adds 120 profiles that sort before and after all others, until some work is done. */
async function withManyUsers(work: () => Promise<void>): Promise<void> {
  await dbSql(`insert into neon_auth.users_sync (raw_json)
    select jsonb_build_object('id', 'stats ' || n, 'primary_email', to_char(n, 'FM"!"000') || '@example.com',
      'signed_up_at_millis', 0)
    from generate_series(1, 120) n`);
  await work().finally(() => dbSql("delete from neon_auth.users_sync where id like 'stats %'"));
}

const table = (page: Page) => page.getByRole("table", { name: "Users" });
const firstEmail = (page: Page) => table(page).getByRole("row").nth(1).getByRole("rowheader");
const header = (page: Page, name: string) => table(page).getByRole("columnheader", { name });

test(
  "an admin finds the statistics, with a chart and the same numbers as a table",
  { tag: "@main" },
  async ({ person }) => {
    const { page, email } = await person("Ada");
    await addTodo(page, "Count me in");
    await expect(page.getByRole("link", { name: "Stats" })).toHaveCount(0);
    await setRole(email, "admin");
    await page.reload();
    await page.getByRole("link", { name: "Stats" }).click();
    await expect(page.getByRole("heading", { name: "Statistics", level: 1 })).toBeVisible();
    await expect(page).toHaveTitle("Statistics · Todos");
    await expect(page.getByRole("term").filter({ hasText: "Share completed" })).toBeVisible();
    await expect(page.getByText(/^\d+(\.\d)?%$/)).toBeVisible();

    const chart = page.getByRole("img", { name: "Todos created and completed per day" });
    await expect(chart).toBeVisible();
    await expect(chart).toHaveAccessibleDescription(
      /^From .* to .*, days in UTC\. [\d,]+ todos were created, most/,
    );
    const numbers = page.getByRole("table", { name: "Todos created and completed per day" });
    await expect(numbers).toBeHidden();
    await page.getByText("The same as a table").click();
    await expect(numbers.getByRole("row")).toHaveCount(31);
    const created = numbers.getByRole("row").last().getByRole("cell").first();
    expect(Number(await created.textContent())).toBeGreaterThan(0);

    await page.getByRole("link", { name: "Shared todos" }).click();
    await removeTodos(page, ["Count me in"]);
  },
);

test("users are told that the statistics are not for them, and so are former admins", async ({
  person,
  expectConsoleError,
}) => {
  expectConsoleError(/403/);
  const { page, email } = await person("Bob");
  expect((await page.goto("/stats"))?.status()).toBe(403);
  await expect(page.getByRole("heading", { name: "Not allowed" })).toBeVisible();
  await expect(page.getByText(email)).toBeVisible();
  await setRole(email, "admin");
  expect((await page.reload())?.status()).toBe(200);
  await setRole(email, "member");
  await header(page, "Total").getByRole("link").click();
  await expect(page.getByRole("heading", { name: "Not allowed" })).toBeVisible();
  await page.getByRole("link", { name: "Back to the list" }).click();
  await expect(page.getByRole("link", { name: "Stats" })).toHaveCount(0);
});

test("signed-out users get to the statistics by signing in", async ({ person }) => {
  const { page, email } = await person("Ada");
  await setRole(email, "admin");
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("link", { name: "Sign up" })).toBeVisible();
  await page.goto("/stats");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill("correct horse");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Statistics" })).toBeVisible();
  await expect(page).toHaveURL("/stats");
});

test("the links in its header sort the table of users, which has pages", async ({ person }) => {
  const { page, email } = await person("Ada");
  await addTodo(page, "Latest of all");
  await setRole(email, "admin");
  await withManyUsers(async () => {
    await page.goto("/stats");
    await expect(header(page, "Email")).toHaveAttribute("aria-sort", "ascending");
    await expect(firstEmail(page)).toHaveText("!001@example.com");
    await expect(page.getByRole("link", { name: "First users" })).toHaveCount(0);
    await page.getByRole("link", { name: "Next users" }).click();
    await expect(firstEmail(page)).toHaveText("!051@example.com");
    await page.getByRole("link", { name: "Next users" }).click();
    await expect(firstEmail(page)).toHaveText("!101@example.com");
    await page.getByRole("link", { name: "First users" }).click();
    await expect(firstEmail(page)).toHaveText("!001@example.com");

    await header(page, "Last activity").getByRole("link").click();
    await expect(header(page, "Last activity")).toHaveAttribute("aria-sort", "descending");
    await expect(header(page, "Email")).not.toHaveAttribute("aria-sort");
    await expect(firstEmail(page)).toHaveText(email);
    const row = table(page).getByRole("row").nth(1);
    await expect(row.getByRole("cell")).toHaveText([
      "Ada",
      "1",
      "0",
      "0",
      "0",
      "1",
      /^\d{4}-\d\d-\d\d \d\d:\d\d UTC$/,
    ]);
    await expect(row.locator("time")).toHaveAttribute("datetime", /^\d{4}-.*Z$/);
    await header(page, "Last activity").getByRole("link").click();
    await expect(header(page, "Last activity")).toHaveAttribute("aria-sort", "ascending");
    await expect(table(page).getByRole("row").nth(1).getByRole("cell").last()).toHaveText("never");
  });
  await page.goto("/");
  await removeTodos(page, ["Latest of all"]);
});

test(
  "the keyboard reaches every link of the table, and follows it",
  { tag: "@script" },
  async ({ person }) => {
    const { page, email } = await person("Ada");
    await setRole(email, "admin");
    await withManyUsers(async () => {
      await page.goto("/stats");
      await page.getByText("The same as a table").focus();
      const names = [];
      for (let presses = 0; presses < 7; presses += 1) {
        await page.keyboard.press("Tab");
        names.push(await page.evaluate(() => document.activeElement?.textContent));
      }
      expect(names).toEqual([
        "Download all as CSV",
        "Email ▲",
        "Open",
        "Completed",
        "Total",
        "Last activity",
        "Next users",
      ]);
      await page.keyboard.press("Enter");
      await expect(firstEmail(page)).toHaveText("!051@example.com");
    });
  },
);

test("an admin downloads all users", async ({ person }) => {
  const { page, email } = await person("Ada");
  await setRole(email, "admin");
  await withManyUsers(async () => {
    await page.goto("/stats");
    const waiting = page.waitForEvent("download");
    await page.getByRole("link", { name: "Download all as CSV" }).click();
    const download = await waiting;
    expect(download.suggestedFilename()).toMatch(/^todo-statistics-\d{4}-\d\d-\d\d\.csv$/);
    const file = await readFile(await download.path(), "utf8");
    expect(file).toMatch(/^\uFEFFEmail,Name,Open,Overdue,Assigned,Completed,Total,Last activity\r\n/);
    expect(file.match(/\r\n!\d{3}@example\.com,,0,0,0,0,0,/g)).toHaveLength(120);
    expect(file).toContain(`\r\n${email},Ada,0,0,0,0,0,\r\n`);
  });
});

test(
  "nothing overflows the page, on a phone or a desktop, however long a name is",
  { tag: "@script" },
  async ({ person }) => {
    const { page, email } = await person("Ada");
    await setRole(email, "admin");
    await dbSql(`update neon_auth.users_sync set raw_json = jsonb_set(raw_json, '{display_name}', to_jsonb(repeat('x', 256)))
    where email = '${email}'`);
    await page.goto("/stats");
    await page.getByText("The same as a table").click();
    const overflow = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
    for (const width of [320, 390, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await page.evaluate(overflow)).toBe(0);
    }
  },
);
