import { isDataRequest } from "#app/http/remix-data.ts";
import { expect, test } from "./people.ts";

/** Every statement that names `task` then fails with an error that no code expects. */
const breakList = "alter table todos rename column task to elsewhere";
const fixList = "alter table todos rename column elsewhere to task";

test(
  "a page shows the reference too when a script meets the error, and offers a way on",
  { tag: ["@main", "@script"] },
  async ({ person, instance, expectConsoleError }) => {
    // While React replaces the head, Chromium asks for /favicon.ico.
    expectConsoleError(/status of (500|404)/);
    const { page } = await person("Bob");
    await page.getByRole("link", { name: "Account" }).click();
    await expect(page.getByRole("heading", { name: "Account", exact: true })).toBeVisible();

    await instance.run("todos", breakList);
    const answered = page.waitForResponse((response) => isDataRequest(response.url()));
    await page.getByRole("link", { name: "Shared todos" }).click();
    const byScript = (await (await answered).allHeaders())["x-request-id"];
    await expect(page.getByRole("heading", { name: "Something went wrong" })).toBeVisible();
    await expect(page.locator("[data-reference] code")).toHaveText(byScript ?? "");
    const reloaded = page.waitForResponse(`${instance.appUrl}/`);
    await page.getByRole("link", { name: "Try again" }).click();
    const byBrowser = (await (await reloaded).allHeaders())["x-request-id"];
    await expect(page.locator("[data-reference] code")).toHaveText(byBrowser ?? "");
    expect(byBrowser).not.toBe(byScript);
    await expect(page).toHaveTitle("Something went wrong · Todos");

    await instance.run("todos", fixList);
    await page.getByRole("link", { name: "Back to the list" }).click();
    await expect(page.getByRole("heading", { name: "Todos" })).toBeVisible();
  },
);
