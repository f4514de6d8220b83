import type { Page } from "@playwright/test";
import { expect, mailTo, test } from "./people.ts";

/** Asks for a link in a browser. @returns the email, which is new */
async function askForLink(page: Page): Promise<string> {
  const email = `magic-${crypto.randomUUID().slice(0, 8)}@example.com`;
  await page.goto("/sign-in?redirectTo=%2F%3Fshow%3Dactive");
  await page.getByRole("link", { name: "Sign in by email" }).click();
  await expect(page.getByRole("heading", { name: "Sign in by email" })).toBeVisible();
  await page.getByLabel("Email").fill(email);
  await page.getByRole("button", { name: "Send the link" }).click();
  await expect(page.getByRole("status")).toContainText(email);
  return email;
}

async function expectSignedIn(page: Page, email: string): Promise<void> {
  await expect(page).toHaveURL("/?show=active");
  await expect(page.getByRole("heading", { name: "Todos" })).toBeVisible();
  await expect(page.getByText(email).first()).toBeVisible();
}

test(
  "a mailed link signs a new user in, in any browser, once",
  { tag: "@main" },
  async ({ visitor, expectConsoleError }) => {
    expectConsoleError(/status of 400/);
    const [asking, scanner, phone] = [await visitor(), await visitor(), await visitor()];
    const email = await askForLink(asking);
    const { links } = await mailTo(email);
    const [link = ""] = links;
    await scanner.goto(link);
    await phone.goto(link);
    await phone.reload();
    expect(await phone.content()).not.toContain(new URL(link).searchParams.get("code"));
    await phone.getByRole("button", { name: "Sign in", exact: true }).click();
    await expectSignedIn(phone, email);

    await scanner.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(scanner.getByRole("alert")).toContainText("already been used");
    await scanner.getByRole("link", { name: "Send a new link" }).click();
    await expect(scanner.getByRole("button", { name: "Send the link" })).toBeVisible();
  },
);

test("the mailed code works where the user asked for the link, which is never opened", async ({
  visitor,
  expectConsoleError,
}) => {
  expectConsoleError(/status of 400/);
  const page = await visitor();
  const email = await askForLink(page);
  await page.getByLabel("Code").fill("000000");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("isn't the code in the latest email");
  await expect(page.getByLabel("Code")).toHaveValue("");

  const { text } = await mailTo(email);
  await page.getByLabel("Code").fill(` ${text.trim().slice(-6).toLowerCase()} `);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expectSignedIn(page, email);
  const names = (await page.context().cookies()).map(({ name }) => name);
  // The list's script sets it, at some time after the page is there.
  expect(names.filter((name) => name !== "time-zone").sort()).toEqual([
    expect.stringContaining("todos-cookies"),
    expect.stringContaining("todos-session"),
  ]);
});

test("a mail can be sent again, or to another email", async ({ visitor }) => {
  const page = await visitor();
  const email = await askForLink(page);
  const first = await mailTo(email);
  await page.getByRole("button", { name: "Send again" }).click();
  await expect(page.getByRole("status")).toContainText(email);
  await expect.poll(async () => (await mailTo(email)).links).not.toEqual(first.links);
  await page.getByRole("link", { name: "Use another address" }).click();
  await expect(page.getByLabel("Email")).toHaveValue("");
});

test("a user with a password and an unverified email is told to use the password", async ({
  person,
  visitor,
  expectConsoleError,
}) => {
  expectConsoleError(/status of 400/);
  const { email } = await person("Bob");
  const page = await visitor();
  await page.goto("/magic-link");
  await page.getByLabel("Email").fill(email);
  await page.getByRole("button", { name: "Send the link" }).click();
  await expect(page.getByRole("alert")).toContainText("Sign in with your password");
  await expect(page.getByLabel("Email")).toHaveValue(email);
  await page.getByRole("link", { name: "Sign in another way" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
});
