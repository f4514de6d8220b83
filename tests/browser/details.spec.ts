import { dbSql, expect, type Person, test, todo } from "./people.ts";

const dayMs = 86_400_000;
/** @param days from today, in UTC */
const day = (days: number) => new Date(Date.now() + days * dayMs).toISOString().slice(0, 10);

async function add({ page }: Person, task: string, due: string, assignee: string): Promise<void> {
  await page.getByLabel("New todo").fill(task);
  await page.getByLabel("Due").fill(due);
  await page.getByLabel("Assign to").fill(assignee);
  await page.getByRole("button", { name: "Add", exact: true }).click();
}

test(
  "a todo with a day and an assignee is found by its filters, and loses both in an edit",
  {
    tag: "@main",
  },
  async ({ person }) => {
    const bob = await person("Bob");
    const doug = await person("Doug");
    await add(bob, "Water the plants", day(-2), doug.email.toUpperCase());
    const line = todo(bob.page, "Water the plants");
    await expect(line).toContainText(`Assigned to ${doug.email}`);
    await expect(line.getByRole("time")).toHaveText(/^Due \d{1,2} [A-Z][a-z]{2}/);
    await expect(line.getByText("Overdue", { exact: true })).toBeVisible();
    await expect(bob.page.getByLabel("Due")).toHaveValue("");

    await doug.page.goto("/");
    await doug.page.getByRole("link", { name: "Assigned to me" }).click();
    await doug.page.getByRole("link", { name: "Overdue" }).click();
    await expect(doug.page).toHaveURL(/show=overdue/);
    await expect(doug.page).toHaveURL(/assignee=me/);
    await expect(todo(doug.page, "Water the plants")).toBeVisible();

    await line.getByRole("button", { name: "Edit Water the plants" }).click();
    await line.getByLabel("Due").fill("");
    await line.getByLabel("Assign to").fill("");
    await line.getByRole("button", { name: "Save" }).click();
    await expect(line.getByRole("button", { name: "Edit Water the plants" })).toBeVisible();
    await expect(line).not.toContainText("Assigned");
    await expect(line.getByRole("time")).toHaveCount(0);
  },
);

test(
  "anyone assigns another user's todo, and an unknown address stays in the field beside the reason",
  {
    tag: "@main",
  },
  async ({ person, expectConsoleError }) => {
    expectConsoleError(/400/);
    const bob = await person("Bob");
    const doug = await person("Doug");
    await add(bob, "Water the plants", "", "");
    await expect(todo(bob.page, "Water the plants").getByRole("button", { name: /Edit/ })).toBeVisible();
    await doug.page.goto("/");
    const line = todo(doug.page, "Water the plants");
    await line.getByRole("button", { name: "Assign Water the plants" }).click();
    await expect(line.getByLabel("Due")).toHaveCount(0);
    await line.getByLabel("Assign to").fill("nobody@example.com");
    await line.getByRole("button", { name: "Save" }).click();
    await expect(line.getByText("No user has this email.")).toBeVisible();
    await expect(line.getByLabel("Assign to")).toHaveValue("nobody@example.com");
    await expect(line.getByLabel("Assign to")).toHaveAccessibleDescription(/No user has this email/);
    await line.getByLabel("Assign to").fill(doug.email);
    await line.getByRole("button", { name: "Save" }).click();
    await expect(line).toContainText(`Assigned to ${doug.email}`);
    await doug.page.getByRole("button", { name: "Undo" }).click();
    await expect(line).not.toContainText("Assigned");
  },
);

test("a new todo for an unknown address comes back with all that was typed", async ({
  person,
  expectConsoleError,
}) => {
  expectConsoleError(/400/);
  const bob = await person("Bob");
  await add(bob, "Water the plants", "2030-01-31", "nobody@example.com");
  await expect(bob.page.getByText("No user has this email.")).toBeVisible();
  await expect(bob.page.getByLabel("New todo")).toHaveValue("Water the plants");
  await expect(bob.page.getByLabel("Due")).toHaveValue("2030-01-31");
  await expect(bob.page.getByLabel("Assign to")).toHaveValue("nobody@example.com");
  await expect(bob.page.getByLabel("Assign to")).toHaveAccessibleDescription(/No user has this email/);
  await expect(bob.page.getByLabel("New todo")).not.toHaveAttribute("aria-invalid");
  expect(await dbSql("select from todos where task = 'Water the plants' and due_on = '2030-01-31'")).toEqual(
    [],
  );
});

test(
  "people are suggested, and the keys a and d lead to their fields",
  { tag: "@script" },
  async ({ person }) => {
    const bob = await person("Bob");
    // A few are suggested, and other tests have Bobs too.
    await bob.page.getByLabel("Assign to").pressSequentially(bob.email.slice(0, 12));
    await expect(bob.page.locator(`datalist option[value="${bob.email}"]`)).toHaveCount(1);
    await bob.page.getByLabel("Assign to").fill("");
    await add(bob, "Water the plants", "", "");
    const line = todo(bob.page, "Water the plants");
    await expect(line.getByRole("button", { name: "Edit Water the plants" })).toBeVisible();
    for (const [key, label] of [
      ["d", "Due"],
      ["a", "Assign to"],
    ] as const) {
      await line.getByRole("checkbox").focus();
      await bob.page.keyboard.press(key);
      await expect(line.getByLabel(label)).toBeFocused();
      await bob.page.keyboard.press("Escape");
      await expect(line.getByLabel(label)).toHaveCount(0);
    }
  },
);

test(
  "a todo becomes overdue at midnight, on the page that is open",
  { tag: "@script" },
  async ({ person }) => {
    const bob = await person("Bob");
    await bob.page.clock.install({ time: new Date() });
    await bob.page.reload();
    await add(bob, "Water the plants", day(0), "");
    const line = todo(bob.page, "Water the plants");
    await expect(line.getByRole("time")).toBeVisible();
    await expect(line.getByText("Overdue", { exact: true })).toHaveCount(0);
    await bob.page.clock.fastForward(dayMs);
    await expect(line.getByText("Overdue", { exact: true })).toBeVisible();
  },
);

test("a date that is typed only in part is not saved as none", { tag: "@script" }, async ({ person }) => {
  const bob = await person("Bob");
  await bob.page.getByLabel("New todo").fill("Water the plants");
  await bob.page.getByLabel("Due").pressSequentially("12");
  await bob.page.getByRole("button", { name: "Add", exact: true }).click();
  await expect(bob.page.getByText("Enter a date such as")).toBeVisible();
  await expect(bob.page.getByLabel("Due")).toHaveAttribute("aria-invalid", "true");
  await expect(todo(bob.page, "Water the plants")).toHaveCount(0);

  await add(bob, "Water the plants", "2030-01-31", "");
  const line = todo(bob.page, "Water the plants");
  await line.getByRole("button", { name: "Edit Water the plants" }).click();
  await line.getByLabel("Due").focus();
  await bob.page.keyboard.press("Backspace");
  await line.getByRole("button", { name: "Save" }).click();
  await expect(line.getByText("Enter a date such as")).toBeVisible();
  await line.getByRole("link", { name: "Cancel" }).click();
  await expect(line.getByRole("time")).toHaveText("Due 31 Jan 2030");
});
