import type { Page } from "@playwright/test";
import { addTodo, expect, password, removeTodos, routeFirst, test, todo } from "./people.ts";

const newTodo = (page: Page) => page.getByRole("textbox", { name: "New todo" });
const editField = (page: Page) => page.getByRole("textbox", { name: "Edit todo" });
const account = (page: Page) => page.getByRole("link", { name: "Account" });
const list = (page: Page) => page.getByRole("link", { name: "Shared todos" });

test(
  "text typed into New todo outlives the account page, a new theme, and a reload, until it is sent",
  { tag: ["@main", "@script"] },
  async ({ person }) => {
    const { page } = await person("Bob");
    await newTodo(page).fill("Feed the cat");
    await account(page).click();
    await expect(page).toHaveURL("/account");
    await list(page).click();
    await expect(newTodo(page)).toHaveValue("Feed the cat");
    await page.getByRole("button", { name: "Dark" }).click();
    await expect(page.getByRole("button", { name: "Dark", pressed: true })).toBeVisible();
    await expect(newTodo(page)).toHaveValue("Feed the cat");
    await newTodo(page).press("End");
    await page.keyboard.type("s");
    await page.reload();
    await expect(newTodo(page)).toHaveValue("Feed the cats");

    const other = await page.context().newPage();
    await other.goto("/");
    await expect(other.getByRole("button", { name: "Keyboard shortcuts" })).toBeVisible();
    await expect(newTodo(other)).toHaveValue("");

    await newTodo(page).press("Enter");
    await expect(todo(page, "Feed the cats").getByRole("checkbox")).toBeEnabled();
    await page.reload();
    await expect(page.getByRole("button", { name: "Keyboard shortcuts" })).toBeVisible();
    await expect(newTodo(page)).toHaveValue("");
    await removeTodos(page, ["Feed the cats"]);
  },
);

test(
  "an edit outlives a reload, also what was pasted into it, until it is saved or canceled",
  { tag: "@script" },
  async ({ person }) => {
    const { page } = await person("Bob");
    await addTodo(page, "Water the plants");
    await page.getByRole("button", { name: "Edit Water the plants" }).click();
    await editField(page).evaluate((field) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", "Feed\nthe cat");
      field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    });
    await page.reload();
    await expect(editField(page)).toHaveValue("Feed the cat");
    await page.reload();
    await expect(editField(page)).toHaveAccessibleDescription("This edit isn't saved yet.");
    await expect(editField(page)).toHaveValue("Feed the cat");
    await editField(page).press("Escape");
    await page.reload();
    await expect(page.getByRole("button", { name: "Keyboard shortcuts" })).toBeVisible();
    await expect(editField(page)).toHaveCount(0);

    await page.getByRole("button", { name: "Edit Water the plants" }).click();
    await editField(page).fill("Water the cacti");
    const saved = page.waitForResponse("**/?index*");
    await editField(page).press("Enter");
    await saved;
    await expect(page.getByRole("status").filter({ hasText: "Saved" })).toHaveCount(1);
    expect(await page.evaluate(() => sessionStorage.getItem("todos-drafts"))).not.toContain("cacti");
    await removeTodos(page, ["Water the cacti"]);
  },
);

test(
  "signing out in one tab removes the drafts of all, and another user sees none of them",
  { tag: "@script" },
  async ({ person }) => {
    const { page, email } = await person("Bob");
    const doug = await person("Doug");
    const other = await page.context().newPage();
    await other.goto("/");
    await expect(other.getByRole("button", { name: "Keyboard shortcuts" })).toBeVisible();
    await newTodo(other).fill("Bob's secret");
    await newTodo(page).fill("Half a thou");
    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(page.getByRole("link", { name: "Sign in" })).toBeVisible();
    expect(await page.evaluate(() => sessionStorage.getItem("todos-drafts"))).toBeNull();
    await signIn(page, email);
    await expect(newTodo(page)).toHaveValue("");
    await other.goto("/");
    await expect(other.getByRole("button", { name: "Keyboard shortcuts" })).toBeVisible();
    await expect(newTodo(other)).toHaveValue("");

    // The session ends by itself.
    await newTodo(page).fill("Half a thou");
    await page.context().clearCookies();
    await signIn(page, doug.email);
    await expect(newTodo(page)).toHaveValue("");
    expect(await page.evaluate(() => sessionStorage.getItem("todos-drafts"))).toBeNull();
  },
);

test(
  "deleting the account removes the drafts of all tabs and what waits to be sent, but a refused deletion does not",
  { tag: "@script" },
  async ({ person, expectConsoleError }) => {
    expectConsoleError(/ERR_FAILED|status of 400/);
    const { page, email } = await person("Bob");
    const other = await page.context().newPage();
    await other.goto("/");
    await expect(other.getByRole("button", { name: "Keyboard shortcuts" })).toBeVisible();
    await newTodo(other).fill("Bob's secret");
    // The other tab would send it.
    await page.context().route("**/?index*", (route) => route.abort());
    await newTodo(page).fill("Feed the cat");
    await newTodo(page).press("Enter");
    await newTodo(page).fill("Half a thou");
    const kept = () =>
      page.evaluate(() => ({
        drafts: sessionStorage.getItem("todos-drafts"),
        waiting: Object.keys(localStorage).filter((key) => key.startsWith("todos-waiting/")).length,
      }));
    const both = { drafts: expect.stringContaining("Half a thou"), waiting: 1 };
    await expect.poll(kept).toEqual(both);

    await account(page).click();
    const confirmation = page.getByLabel("Type your email address to confirm");
    await confirmation.fill("doug@example.com");
    await page.getByRole("button", { name: "Delete the account" }).click();
    await expect(confirmation).toHaveAccessibleDescription("That isn't your account's email address.");
    expect(await kept()).toEqual(both);

    await confirmation.fill(email);
    await page.getByRole("button", { name: "Delete the account" }).click();
    await expect(page.getByText("Your account was deleted, so you have been signed out.")).toBeVisible();
    await expect.poll(kept).toEqual({ drafts: null, waiting: 0 });
    await other.goto("/");
    await expect(other.getByText("Your account was deleted")).toBeVisible();
    await expect.poll(() => other.evaluate(() => sessionStorage.getItem("todos-drafts"))).toBeNull();
  },
);

test(
  "after a deployment a click leads to its page, whose script is new, and what was typed is still there",
  { tag: "@script" },
  async ({ person, expectConsoleError }) => {
    expectConsoleError(/404|loading route module|dynamically imported/);
    const { page } = await person("Bob");
    await newTodo(page).fill("Feed the cat");
    await routeFirst(page, "**/assets/*.js", (route) => route.fulfill({ status: 404, body: "" }));
    await account(page).click();
    await expect(page.getByRole("heading", { name: "Account", level: 1 })).toBeVisible();
    await expect(page).toHaveURL("/account");
    await list(page).click();
    await expect(newTodo(page)).toHaveValue("Feed the cat");
    await page.goBack();
    await expect(page).toHaveURL("/account");
    await page.goBack();
    await expect(page).toHaveURL("/");
  },
);

async function signIn(page: Page, email: string): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("button", { name: "Keyboard shortcuts" })).toBeVisible();
}
