import type { Page } from "@playwright/test";
import { expect, test } from "./people.ts";

const themes = (page: Page) => page.getByRole("group", { name: "Theme" }).getByRole("button");
const pressed = (page: Page) =>
  page.getByRole("group", { name: "Theme" }).getByRole("button", { pressed: true });
const paper = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

const light = "rgb(246, 245, 241)";
const dark = "rgb(22, 25, 26)";

/** The first tags of the server's answer, before any script or style. */
async function firstTags(page: Page): Promise<string> {
  const answer = await page.goto(page.url());
  return (await answer?.text())?.slice(0, 400) ?? "";
}

test(
  "pages follow the system until the user chooses a theme, and then the choice",
  { tag: "@main" },
  async ({ visitor }) => {
    const page = await visitor();
    await page.emulateMedia({ colorScheme: "dark" });
    await page.goto("/sign-in?redirectTo=%2Faccount");
    await expect(themes(page)).toHaveText(["System", "Light", "Dark"]);
    await expect(pressed(page)).toHaveText("System");
    expect(await paper(page)).toBe(dark);

    await page.getByRole("button", { name: "Light" }).click();
    await expect(pressed(page)).toHaveText("Light");
    await expect(page).toHaveURL("/sign-in?redirectTo=%2Faccount");
    expect(await paper(page)).toBe(light);

    await page.emulateMedia({ colorScheme: "light" });
    await page.getByRole("button", { name: "Dark" }).click();
    await expect(pressed(page)).toHaveText("Dark");
    expect(await paper(page)).toBe(dark);

    await page.getByRole("button", { name: "System" }).click();
    await expect(pressed(page)).toHaveText("System");
    expect(await paper(page)).toBe(light);
  },
);

test("a theme does not flash: the server's answer has it, even for a missing page", async ({
  visitor,
  expectConsoleError,
}) => {
  expectConsoleError(/404/);
  const page = await visitor();
  await page.goto("/sign-up");
  expect(await firstTags(page)).not.toContain("data-theme");
  await page.getByRole("button", { name: "Dark" }).click();
  await expect(pressed(page)).toHaveText("Dark");
  for (const path of ["/", "/sign-in", "/nowhere"]) {
    await page.goto(path);
    const tags = await firstTags(page);
    expect(tags, path).toContain('<html lang="en" data-theme="dark">');
    expect(tags, path).toContain('<meta name="color-scheme" content="dark"/>');
    await expect(pressed(page), path).toHaveText("Dark");
    expect(await paper(page), path).toBe(dark);
  }
});

test("a theme stays while the user signs up and moves around", async ({ visitor }) => {
  const page = await visitor();
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto("/sign-up");
  await page.getByRole("button", { name: "Dark" }).click();
  await expect(pressed(page)).toHaveText("Dark");
  await page.getByLabel("Email").fill(`doug-${crypto.randomUUID().slice(0, 8)}@example.com`);
  await page.getByLabel("Password").fill("correct horse");
  await page.getByRole("button", { name: "Sign up" }).click();
  await expect(page.getByRole("heading", { name: "Todos" })).toBeVisible();
  expect(await paper(page)).toBe(dark);
  await page.getByRole("link", { name: "Active" }).click();
  await expect(page).toHaveURL(/show=active/);
  await page.getByRole("button", { name: "Light" }).click();
  await expect(pressed(page)).toHaveText("Light");
  await expect(page).toHaveURL(/show=active/);
  expect(await paper(page)).toBe(light);
  await page.getByRole("link", { name: "Account" }).click();
  await expect(page.getByRole("heading", { name: "Account", level: 1 })).toBeVisible();
  await expect(pressed(page)).toHaveText("Light");
});

test(
  "a page whose URL holds a mailed code does not repeat it in a form",
  { tag: "@no-script" },
  async ({ visitor }) => {
    const page = await visitor();
    for (const parameter of ["code", "token"]) {
      await page.goto(`/reset-password?${parameter}=abc123`);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await expect(themes(page)).toHaveCount(0);
      expect(await page.content()).not.toContain("abc123");
    }
    await page.goto("/reset-password");
    await expect(themes(page)).toHaveCount(3);
  },
);

test("the manifest names icons that exist, with their sizes", { tag: "@script" }, async ({ visitor }) => {
  const page = await visitor();
  await page.goto("/");
  const href = (await page.locator('link[rel="manifest"]').getAttribute("href")) ?? "";
  const answer = await page.request.get(href);
  expect(answer.headers()["content-type"]).toBe("application/manifest+json");
  const { name, icons } = await answer.json();
  expect(name).toBe("Shared todos");
  for (const { src, type, sizes } of icons) {
    const icon = await page.request.get(src);
    expect([icon.status(), icon.headers()["content-type"]], src).toEqual([200, type]);
    if (type !== "image/png") continue;
    // A PNG's width and height are there, big-endian.
    const bytes = await icon.body();
    expect(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`, src).toBe(sizes);
  }
});
