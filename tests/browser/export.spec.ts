import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { expect, test, todo, withManyTodos } from "./people.ts";

/** What a link of the account page downloads. */
async function downloaded(page: Page, name: string): Promise<{ fileName: string; text: string }> {
  const waiting = page.waitForEvent("download");
  await page.getByRole("link", { name }).click();
  const download = await waiting;
  return { fileName: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
}

test("a user exports their todos, as JSON and as CSV", { tag: "@main" }, async ({ person }) => {
  const { page, email } = await person("Bob");
  await withManyTodos(email, 2_500, async () => {
    await page.getByRole("link", { name: "Account" }).click();
    await expect(page.getByRole("heading", { name: "Your todos" })).toBeVisible();

    const json = await downloaded(page, "Export JSON");
    expect(json.fileName).toBe("todos.json");
    const todos = JSON.parse(json.text);
    expect(todos).toHaveLength(2_500);
    expect(todos[0]).toMatchObject({ task: "todo 1", isComplete: false, completedAt: null });
    expect(todos.at(-1).task).toBe("todo 2500");

    const csv = await downloaded(page, "Export CSV");
    expect(csv.fileName).toBe("todos.csv");
    const [header, ...lines] = csv.text.trimEnd().split("\r\n");
    expect(header).toMatch(/^\uFEFFid,task,/);
    expect(lines).toHaveLength(2_500);
    expect(lines[0]).toContain(",todo 1,false,");
  });
  await expect(page.getByRole("heading", { name: "Account", level: 1 })).toBeVisible();
});

test("a file from the account page is imported, or each bad line is named and nothing is added", async ({
  person,
  expectConsoleError,
}) => {
  expectConsoleError(/400/);
  const { page } = await person("Bob");
  await page.goto("/account");
  const send = async (content: string) => {
    await page
      .getByLabel("File")
      .setInputFiles({ name: "todos.csv", mimeType: "text/csv", buffer: Buffer.from(content) });
    await page.getByRole("button", { name: "Import" }).click();
  };
  await send("task,dueOn\nBook the room,2030-01-31\nBad day,2030-02-30\n");
  await expect(page.getByRole("alert")).toContainText("Nothing was imported.");
  await expect(page.getByRole("alert")).toContainText("Line 3: dueOn: Enter a date");
  await send("task,dueOn\nBook the room,2030-01-31\n");
  await expect(page.getByText("1 todo was added.")).toBeVisible();
  await page.goto("/");
  await expect(todo(page, "Book the room").getByRole("time")).toHaveText("Due 31 Jan 2030");
});
