import type { Page } from "@playwright/test";
import { startInstance } from "#tests/setup/instance.ts";
import { test } from "./accessible.ts";
import { expect, mailTo } from "./people.ts";

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();

test(
  "axe finds nothing on the front page, nor on a missing page",
  { tag: "@script" },
  async ({ visitor, expectAccessible, expectConsoleError }) => {
    expectConsoleError(/status of 40[45]/);
    const page = await visitor();
    await page.goto("/");
    await expectAccessible(page, "One list for the whole team · Todos", "signed out");
    await page.goto("/nowhere");
    await expectAccessible(page, "Not found · Todos", "404");
    await page.goto("/auth/nobody");
    await expectAccessible(page, "Not found · Todos", "no such provider");
  },
);

test(
  "axe finds nothing when the server itself refuses a request",
  { tag: "@script" },
  async ({ visitor, baseURL, expectAccessible, expectConsoleError }) => {
    expectConsoleError(/status of 40[34]/);
    const page = await visitor();
    await page.goto("/assets/nowhere.js");
    await expectAccessible(page, "Not found · Todos", "404 of the server");
    await page.goto("about:blank");
    await page.setContent(`<form method="post" action="${baseURL}/theme"><button>Go</button></form>`);
    await press(page, "Go");
    await expectAccessible(page, "Not allowed · Todos", "403 of the server");
  },
);

test(
  "axe finds nothing on sign-up and sign-in, with any error",
  { tag: "@script" },
  async ({ visitor, expectAccessible, expectConsoleError }) => {
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
    await expect(page.getByRole("alert")).toContainText("You didn't allow");
    await expectAccessible(page, "Sign in · Todos", "with a problem");
    await page.getByLabel("Email").fill("nobody@example.com");
    await page.getByLabel("Password").fill("correct horse");
    await press(page, "Sign in");
    await expect(page.getByText("Wrong email or password.")).toBeVisible();
    await expectAccessible(page, "Sign in · Todos", "with an error");
  },
);

test(
  "axe finds nothing on the way to a new password",
  { tag: "@script" },
  async ({ visitor, expectAccessible, expectConsoleError }) => {
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
    await expectAccessible(page, "Forgot password: email sent · Todos", "sent");

    await page.goto("/reset-password");
    await expectAccessible(page, "Set a new password: link needed · Todos", "without a link");
    await page.goto(`/reset-password?code=${"0".repeat(45)}`);
    await page.getByLabel("New password").fill("1234567");
    await press(page, "Set the password");
    await expect(page.getByRole("alert")).toBeVisible();
    await expectAccessible(page, "Set a new password · Todos", "with an error");
  },
);

test(
  "axe finds nothing on the way in by email",
  { tag: "@script" },
  async ({ visitor, expectAccessible, expectConsoleError }) => {
    expectConsoleError(/status of 400/);
    const email = `axe-${crypto.randomUUID().slice(0, 8)}@example.com`;
    const page = await visitor();
    await page.goto("/magic-link");
    await expectAccessible(page, "Sign in by email · Todos", "as it opens");
    await page.getByLabel("Email").fill(email);
    await press(page, "Send the link");
    await expect(page.getByRole("status")).toContainText(email);
    await expectAccessible(page, "Sign in by email: email sent · Todos", "sent");
    await page.getByLabel("Code").fill("000000");
    await press(page, "Sign in");
    await expect(page.getByRole("alert")).toBeVisible();
    await expectAccessible(page, "Sign in by email: email sent · Todos", "with a wrong code");
    const [link = ""] = (await mailTo(email)).links;
    await page.goto(link);
    await expect(page.getByText("You opened the link")).toBeVisible();
    await expectAccessible(page, "Sign in by email: link opened · Todos", "opened by the link");
  },
);

test(
  "axe finds nothing where a user confirms an email",
  { tag: "@script" },
  async ({ newcomer, visitor, expectAccessible, expectConsoleError }) => {
    expectConsoleError(/status of 400/);
    const title = "Verify your email address";
    const { page, email } = await newcomer("Bob");
    await page.goto("/verify-email");
    await expectAccessible(page, `${title} · Todos`, "not confirmed");
    const [link = ""] = (await mailTo(email)).links;
    const elsewhere = await visitor();
    await elsewhere.goto("/verify-email");
    await expectAccessible(elsewhere, `${title}: link needed · Todos`, "signed out");
    await elsewhere.goto(link.slice(0, -1));
    await press(elsewhere, "Verify the address");
    await expect(elsewhere.getByRole("alert")).toBeVisible();
    await expectAccessible(elsewhere, `${title}: link opened · Todos`, "with an error");
    await elsewhere.goto(link);
    await expectAccessible(elsewhere, `${title}: link opened · Todos`, "opened by the link");
    await press(elsewhere, "Verify the address");
    await expect(elsewhere.getByRole("status")).toBeVisible();
    await expectAccessible(elsewhere, `${title}: done · Todos`, "confirmed");
  },
);

test(
  "axe finds nothing where the list needs a confirmed email",
  { tag: "@script" },
  async ({ visitor, expectAccessible }) => {
    await using instance = await startInstance({ variables: { LOCAL_REQUIRE_VERIFIED_EMAIL: "true" } });
    const page = await visitor();
    await page.goto(`${instance.appUrl}/sign-up`);
    await page.getByLabel("Email").fill("doug@example.com");
    await page.getByLabel("Password").fill("correct horse");
    await press(page, "Sign up");
    await expect(page.getByText("You can use the list once the address is verified.")).toBeVisible();
    await expectAccessible(page, "Verify your email address · Todos", "held off the list");
    await press(page, "Send it again");
    await expect(page.getByRole("status")).toContainText("We sent the email again");
    await expectAccessible(page, "Verify your email address · Todos", "sent again");
    await page.goto("about:blank");
  },
);

test(
  "axe finds nothing on the account page",
  { tag: "@script" },
  async ({ person, expectAccessible, expectConsoleError }) => {
    expectConsoleError(/status of 400/);
    const { page } = await person("Bob");
    await page.goto("/account");
    await expectAccessible(page, "Account · Todos", "as it opens");
    await press(page, "Change the password");
    await expect(page.getByRole("alert").first()).toBeVisible();
    await expectAccessible(page, "Account · Todos", "with an error");
    await press(page, "Save");
    await expect(page.getByRole("status")).toBeVisible();
    await expectAccessible(page, "Account · Todos", "with a message");
  },
);
