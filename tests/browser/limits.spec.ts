import type { Page } from "@playwright/test";
import type { Instance } from "#tests/setup/instance.ts";
import { dbSql, expect, mailTo, type Person, test } from "./people.ts";

/** Posts a form repeatedly from a user's browser, but not from the page. @returns the statuses */
async function post(
  { appUrl }: Instance,
  { page }: { page: Page },
  path: string,
  form: Record<string, string>,
  times: number,
) {
  const statuses: number[] = [];
  for (let time = 0; time < times; time++) {
    const options = { form, headers: { Origin: appUrl }, maxRedirects: 0 };
    statuses.push((await page.request.post(path, options)).status());
  }
  return [...new Set(statuses)];
}

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

async function confirmAddress({ page, email }: Person): Promise<void> {
  const { links } = await mailTo(email, /verif/i);
  await page.goto(links[0] ?? "");
  await page.getByRole("button", { name: "Verify the address" }).click();
  await expect(page.getByText("Your email address is verified.")).toBeVisible();
}

test("after ten wrong passwords an email has to wait, the form keeps its text, and a mailed link still signs in", async ({
  newcomer,
  visitor,
  expectConsoleError,
  instance,
}) => {
  expectConsoleError(/429/);
  const bob = await newcomer("Bob");
  await confirmAddress(bob);
  const stranger = await visitor();
  expect(
    await post(instance, { page: stranger }, "/sign-in", { email: bob.email, password: "wrong" }, 10),
  ).toEqual([400]);

  const page = await visitor();
  await page.goto("/sign-in");
  const answered = page.waitForResponse((answer) => answer.request().method() === "POST");
  await signIn(page, bob.email, "correct horse");
  await expect(page.getByRole("alert")).toHaveText(
    "Too many wrong passwords for this email address. Try again in 15 minutes.",
  );
  const answer = await answered;
  expect(answer.status()).toBe(429);
  expect(Number(await answer.headerValue("Retry-After"))).toBeGreaterThan(800);
  await expect(page.getByLabel("Email")).toHaveValue(bob.email);
  await expect(page.getByLabel("Password")).toHaveValue("");

  await page.getByRole("link", { name: "Sign in by email" }).click();
  await expect(page.getByRole("heading", { name: "Sign in by email" })).toBeVisible();
  await page.getByLabel("Email").fill(bob.email);
  await page.getByRole("button", { name: "Send the link" }).click();
  const { links } = await mailTo(bob.email, /sign.?in/i);
  await page.goto(links[0] ?? "");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Todos" })).toBeVisible();

  await bob.page.goto("/");
  await expect(bob.page.getByRole("heading", { name: "Todos" })).toBeVisible();
});

test(
  "an email gets five mails an hour, and no page reveals whether it has an account",
  { tag: "@no-script" },
  async ({ person, visitor, expectConsoleError, instance }) => {
    expectConsoleError(/429/);
    const bob = await person("Bob");
    for (const email of [bob.email, `nobody-${crypto.randomUUID()}@example.com`]) {
      const page = await visitor();
      expect(await post(instance, { page }, "/forgot-password", { email }, 5)).toEqual([303]);
      await page.goto("/forgot-password");
      await page.getByLabel("Email").fill(email);
      await page.getByRole("button", { name: "Send the link" }).click();
      await expect(page.getByRole("alert")).toHaveText(
        "Too many emails were requested for this address. Try again in 60 minutes.",
      );
      await expect(page.getByLabel("Email")).toHaveValue(email);
    }
  },
);

test(
  "an address may send 300 forms in 15 minutes, and the next form keeps its text",
  { tag: "@script" },
  async ({ visitor, expectConsoleError, instance }) => {
    expectConsoleError(/429/);
    const page = await visitor();
    expect(await post(instance, { page }, "/sign-up", { email: "nobody" }, 1)).toEqual([400]);
    // Each of 300 forms would be answered with a page.
    await dbSql("update request_limits set points = 299 where key like 'posts:%'");
    expect(await post(instance, { page }, "/sign-up", { email: "nobody" }, 1)).toEqual([400]);
    await page.goto("/sign-up");
    await page.getByLabel("Name").fill("Bob");
    await page.getByLabel("Email").fill("bob@example.com");
    await page.getByLabel("Password").fill("correct horse");
    await page.getByRole("button", { name: "Sign up" }).click();
    await expect(page.getByRole("alert")).toHaveText(
      /^Too many forms were sent from your network\. Try again in 1\d minutes\.$/,
    );
    await expect(page.getByLabel("Name")).toHaveValue("Bob");
    await expect(page.getByLabel("Email")).toHaveValue("bob@example.com");

    const elsewhere = await visitor();
    expect(await post(instance, { page: elsewhere }, "/sign-up", { email: "nobody" }, 1)).toEqual([400]);
  },
);

test(
  "after 120 changes in a minute the next todo stays in its field, and the page says when to try again",
  { tag: "@script" },
  async ({ person, expectConsoleError, instance }) => {
    expectConsoleError(/429/);
    const bob = await person("Bob");
    const form = { intent: "restore", batch: crypto.randomUUID() };
    expect(await post(instance, bob, "/?index", form, 120)).toEqual([404]);
    const field = bob.page.getByRole("textbox", { name: "New todo" });
    await field.fill("One too many");
    const answered = bob.page.waitForResponse((answer) => answer.request().method() === "POST");
    await bob.page.getByRole("button", { name: "Add" }).click();
    expect((await answered).status()).toBe(429);
    await expect(field).toHaveAccessibleDescription(
      /Too many changes in one minute\. Try again in (1 minute|\d+ seconds?)\./,
    );
    await expect(field).toHaveValue("One too many");
    await expect(bob.page.getByRole("checkbox", { name: "One too many" })).toHaveCount(0);
  },
);
