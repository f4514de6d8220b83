import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { expect, test, withManyTodos } from "./people.ts";

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
