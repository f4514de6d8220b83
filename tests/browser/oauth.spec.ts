import type { Page } from "@playwright/test";
import { addTodo, expect, progressOf, removeTodos, test } from "./people.ts";

/** An email that is new at the provider and here. */
function newEmail(): string {
  return `doug-${crypto.randomUUID().slice(0, 8)}@example.com`;
}

/** Goes from the sign-in page to a provider. */
async function leaveFor(page: Page, provider: string, path = "/sign-in"): Promise<void> {
  await page.goto(path);
  await page.getByRole("link", { name: `Continue with ${provider}`, exact: true }).click();
  await expect(page.getByRole("heading", { name: `Sign in to ${provider}` })).toBeVisible();
}

/** Fills in the provider's page. */
async function signInAs(page: Page, email: string, name = ""): Promise<void> {
  await page.getByRole("textbox", { name: "Email" }).fill(email);
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  await page.getByRole("button", { name: "Continue", exact: true }).click();
}

test(
  "a new user signs in through GitHub with their name, and the next time with one click",
  { tag: "@main" },
  async ({ visitor }) => {
    const email = newEmail();
    const page = await visitor();
    await leaveFor(page, "GitHub", "/sign-up");
    await signInAs(page, email, "Doug");
    await expect(page.getByRole("heading", { name: "Todos" })).toBeVisible();
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe("/");
    await addTodo(page, "Feed the cat");
    await expect(progressOf(page, email)).toContainText("Doug");

    await page.getByRole("button", { name: "Sign out" }).click();
    await leaveFor(page, "GitHub");
    await page.getByRole("button", { name: email }).click();
    await expect(page.getByRole("heading", { name: "Todos" })).toBeVisible();
    await expect(progressOf(page, email)).toContainText("Doug");
    await removeTodos(page, ["Feed the cat"]);
  },
);

test("a user who comes from a filtered list gets back to it through Google", async ({ visitor }) => {
  const page = await visitor();
  await leaveFor(page, "Google", "/sign-in?redirectTo=/%3Fshow=active");
  await signInAs(page, newEmail());
  await expect(page.getByRole("heading", { name: "Todos" })).toBeVisible();
  expect(page.url()).toMatch(/\/\?show=active$/);
});

test("a user who cancels is told so on the sign-in page, and can start again there", async ({ visitor }) => {
  const page = await visitor();
  await leaveFor(page, "GitHub", "/sign-in?redirectTo=/%3Fshow=active");
  await page.getByRole("link", { name: "Cancel" }).click();
  await expect(page.getByRole("alert")).toHaveText(/You didn't allow the sign-in/);
  const startAgain = page.getByRole("link", { name: "Continue with GitHub" });
  await expect(startAgain).toHaveAttribute("href", "/auth/github?redirectTo=%2F%3Fshow%3Dactive");
  await startAgain.click();
  await signInAs(page, newEmail());
  await expect(page.getByRole("heading", { name: "Todos" })).toBeVisible();
  expect(page.url()).toMatch(/\/\?show=active$/);
});

test("a user whose email has an unconfirmed password account is told so, and can use the password", async ({
  person,
  visitor,
}) => {
  const { email } = await person("Bob");
  const page = await visitor();
  await leaveFor(page, "GitHub");
  await signInAs(page, email);
  await expect(page.getByRole("alert")).toHaveText(/Sign in as before and verify it/);
  expect(page.url()).not.toContain(encodeURIComponent(email));
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill("correct horse");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Todos" })).toBeVisible();
});

test(
  "an unknown provider gets a page that says so",
  { tag: "@no-script" },
  async ({ visitor, expectConsoleError }) => {
    expectConsoleError(/status of 404/);
    const page = await visitor();
    expect((await page.goto("/auth/nonsense"))?.status()).toBe(404);
    await expect(page.getByRole("heading", { name: "Not found" })).toBeVisible();
    await page.getByRole("link", { name: "Back to the list" }).click();
    await expect(page.getByRole("link", { name: "Sign in" })).toBeVisible();
  },
);

test("a user whose browser blocks cookies is told so when they come back from a provider", async ({
  visitor,
}) => {
  const page = await visitor();
  await leaveFor(page, "GitHub");
  await page.context().clearCookies({ domain: "localhost" });
  await signInAs(page, newEmail());
  await expect(page.getByRole("alert")).toHaveText(/Allow cookies for this site/);
  await expect(page).toHaveURL("/sign-in?problem=cookies");
  await expect(page.getByRole("link", { name: "Continue with GitHub" })).toBeVisible();
});
