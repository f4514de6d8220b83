import { expect, mailTo, renewalStatus, test } from "./people.ts";

const newPassword = "battery staple";

test(
  "a user who forgot their password sets a new one by mail, and signs in with it",
  { tag: "@main" },
  async ({ person, visitor, expectConsoleError }) => {
    expectConsoleError(/status of 400/);
    const bob = await person("Bob");
    const page = await visitor();
    await page.goto("/sign-in?redirectTo=%2F%3Fshow%3Dactive");
    await page.getByRole("link", { name: "Forgot password?" }).click();
    await expect(page.getByRole("heading", { name: "Forgot password?" })).toBeVisible();
    await page.getByLabel("Email").fill(bob.email);
    await page.getByRole("button", { name: "Send the link" }).click();
    await expect(page.getByRole("status")).toContainText("If this address has an account");
    await expect(page).toHaveURL("/forgot-password?done=sent&redirectTo=%2F%3Fshow%3Dactive");

    const { links } = await mailTo(bob.email, /Reset/);
    const [link = ""] = links;
    const scanner = await visitor();
    await scanner.goto(link);
    await page.goto(link);
    expect(await page.content()).not.toContain(new URL(link).searchParams.get("code"));
    await page.getByLabel("New password").fill("1234567");
    await page.getByRole("button", { name: "Set the password" }).click();
    await expect(page.getByRole("alert")).toHaveText("Use at least 8 characters.");
    await expect(page.getByLabel("New password")).toHaveValue("");
    await page.getByLabel("New password").fill(newPassword);
    await page.getByRole("button", { name: "Set the password" }).click();

    await expect(page.getByRole("status")).toContainText("Your password was changed");
    await page.getByLabel("Email").fill(bob.email);
    await page.getByLabel("Password").fill("correct horse");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page.getByRole("alert")).toContainText("Wrong email or password.");
    await page.getByLabel("Password").fill(newPassword);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page).toHaveURL("/?show=active");
    await expect(page.getByText(bob.email).first()).toBeVisible();
  },
);

test("a reset ends the sessions of all browsers, and its link works once", async ({
  person,
  visitor,
  expectConsoleError,
}) => {
  expectConsoleError(/status of 400/);
  const doug = await person("Doug");
  expect(await renewalStatus(doug)).toBe(200);
  const page = await visitor();
  await page.goto("/forgot-password");
  await page.getByLabel("Email").fill(doug.email);
  await page.getByRole("button", { name: "Send the link" }).click();
  const { links } = await mailTo(doug.email, /Reset/);
  for (const outcome of ["Your password was changed", "already been used"]) {
    await page.goto(links[0] ?? "");
    await page.getByLabel("New password").fill(newPassword);
    await page.getByRole("button", { name: "Set the password" }).click();
    await expect(page.getByText(outcome)).toBeVisible();
  }
  expect(await renewalStatus(doug)).toBe(401);
  await page.getByRole("link", { name: "Send a new link" }).click();
  await expect(page.getByRole("heading", { name: "Forgot password?" })).toBeVisible();
});

test("without a link, the page for a new password leads to where to get one", async ({ visitor }) => {
  const page = await visitor();
  await page.goto("/reset-password");
  await page.getByRole("link", { name: "Send a link" }).click();
  await expect(page.getByLabel("Email")).toBeVisible();
});
