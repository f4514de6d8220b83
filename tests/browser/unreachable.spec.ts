import { isDataRequest } from "#app/http/remix-data.ts";
import { addTodo, expect, test } from "./people.ts";

// What a page does when the server in front of the app answers its script, or nothing does.

const inFront: [title: string, answer: (route: import("@playwright/test").Route) => Promise<void>][] = [
  [
    "a server in front answers in its place",
    (route) => route.fulfill({ status: 502, contentType: "text/html", body: "<h1>502 Bad Gateway</h1>" }),
  ],
  ["nothing answers", (route) => route.abort("connectionrefused")],
];
for (const [title, answer] of inFront) {
  test(
    `a page that cannot be loaded because ${title} says so, and leads there later`,
    { tag: "@script" },
    async ({ visitor, expectConsoleError }) => {
      expectConsoleError(/Failed to load resource|Bad Gateway|Failed to fetch/);
      const page = await visitor();
      await page.goto("/");
      await page.route(({ href }) => isDataRequest(href), answer);
      await page.getByRole("main").getByRole("link", { name: "Sign in" }).click();
      await expect(page.getByRole("heading", { name: "Not reachable" })).toBeVisible();
      await expect(page).toHaveURL("/sign-in");
      await expect(page.getByText("Bad Gateway")).toHaveCount(0);
      await expect(page.getByRole("link", { name: "Shared todos" })).toBeVisible();
      await page.getByRole("link", { name: "Try again" }).click();
      await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    },
  );
}

test(
  "the list and what the user typed stay while a server in front answers in the app's place",
  { tag: "@script" },
  async ({ person, expectConsoleError }) => {
    expectConsoleError(/Failed to load resource/);
    const { page } = await person("Bob");
    await addTodo(page, "Water the plants");
    await addTodo(page, "Feed the cat");
    await page.route(
      ({ href }) => isDataRequest(href),
      (route) =>
        route.request().method() === "GET"
          ? route.fulfill({ status: 502, body: "Bad Gateway" })
          : route.continue(),
    );
    await page.getByRole("textbox", { name: "New todo" }).fill("half written");
    const asked = page.waitForResponse((answer) => answer.status() === 502);
    await page.getByRole("button", { name: "Delete Feed the cat" }).click();
    await asked;
    await expect(page.getByRole("checkbox", { name: "Water the plants" })).toBeVisible();
    await expect(page.getByRole("checkbox", { name: "Feed the cat" })).toHaveCount(0);
    await expect(page.getByRole("textbox", { name: "New todo" })).toHaveValue("half written");
    await expect(page).toHaveTitle("Todos");
    await expect(page.getByRole("heading", { name: "Not reachable" })).toHaveCount(0);
    await expect(page.getByText("Bad Gateway")).toHaveCount(0);
  },
);

test("a form that is too large gets a page like the others, and the user can go back to the form", async ({
  visitor,
  expectConsoleError,
}) => {
  expectConsoleError(/413/);
  const page = await visitor();
  await page.goto("/sign-in");
  await page.getByLabel("Password").fill("x".repeat(70_000));
  await page.getByLabel("Email").fill("bob@example.com");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Too large" })).toBeVisible();
  await expect(page.getByText("64 KiB")).toBeVisible();
  // The policy allowed the stylesheet.
  await expect(page.getByRole("link", { name: "Back to the list" })).toHaveCSS(
    "text-decoration-line",
    "none",
  );
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
});
