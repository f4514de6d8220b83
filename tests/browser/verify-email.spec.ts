import { startInstance } from "#tests/setup/instance.ts";
import { expect, mailTo, test } from "./people.ts";

test(
  "a mailed link confirms the email in any browser, once",
  { tag: "@main" },
  async ({ newcomer, visitor }) => {
    const { page, email } = await newcomer("Bob");
    const [scanner, phone] = [await visitor(), await visitor()];
    const [link = ""] = (await mailTo(email)).links;
    await scanner.goto(link);
    await phone.goto(link);
    await phone.reload();
    expect(await phone.content()).not.toContain(new URL(link).searchParams.get("code"));
    await phone.getByRole("button", { name: "Verify the address" }).click();
    await expect(phone.getByRole("status")).toHaveText("Your email address is verified.");
    await expect(phone).toHaveURL("/verify-email?done=confirmed");
    await expect(phone.getByRole("link", { name: "Sign in" })).toBeVisible();

    await scanner.getByRole("button", { name: "Verify the address" }).click();
    await expect(scanner.getByRole("status")).toContainText("already been used");
    // The user's own browser learns of it when it asks.
    await page.goto("/verify-email?redirectTo=/%3Fteam=all");
    await expect(page).toHaveURL("/?team=all");
  },
);

test("the mail can be sent again, and a damaged link says how", async ({ newcomer, expectConsoleError }) => {
  expectConsoleError(/status of 400/);
  const { page, email } = await newcomer("Doug");
  const [first = ""] = (await mailTo(email)).links;
  await page.goto(first.slice(0, -1));
  await page.getByRole("button", { name: "Verify the address" }).click();
  await expect(page.getByRole("alert")).toContainText("This link doesn't work.");
  await page.getByRole("link", { name: "Send a new link" }).click();
  await expect(page.getByRole("main")).toContainText(`${email} isn't verified yet`);
  await page.getByRole("button", { name: "Send it again" }).click();
  await expect(page.getByRole("status")).toContainText("We sent the email again");
  await expect.poll(async () => (await mailTo(email)).links).not.toEqual([first]);

  const [second = ""] = (await mailTo(email)).links;
  await page.goto(second);
  await page.getByRole("button", { name: "Verify the address" }).click();
  await expect(page.getByRole("status")).toHaveText("Your email address is verified.");
  await page.getByRole("link", { name: "Continue" }).click();
  await expect(page.getByRole("heading", { name: "Todos" })).toBeVisible();
});

test(
  "where emails have to be confirmed, users see the list only after that",
  { tag: "@no-script" },
  async ({ visitor }) => {
    await using instance = await startInstance({ variables: { LOCAL_REQUIRE_VERIFIED_EMAIL: "true" } });
    const page = await visitor();
    const email = `strict-${crypto.randomUUID().slice(0, 8)}@example.com`;
    await page.goto(`${instance.appUrl}/sign-up?redirectTo=/%3Fteam=all`);
    await page.getByLabel("Email").fill(email);
    await page.getByLabel("Password").fill("correct horse");
    await page.getByRole("button", { name: "Sign up" }).click();
    await expect(page.getByRole("heading", { name: "Verify your email address" })).toBeVisible();
    await page.goto(`${instance.appUrl}/`);
    await expect(page.getByRole("main")).toContainText(`${email} isn't verified yet`);
    await expect(page.getByRole("heading", { name: "Todos" })).toHaveCount(0);

    const [link = ""] = (await mailTo(email, /./, instance)).links;
    await page.goto(link);
    await page.getByRole("button", { name: "Verify the address" }).click();
    await expect(page.getByRole("heading", { name: "Todos" })).toBeVisible();
    await expect(page).toHaveURL(`${instance.appUrl}/?team=all`);
    await page.goto("about:blank");
  },
);
