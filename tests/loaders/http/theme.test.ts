import { expect, test } from "vitest";
import { readTheme } from "#app/document/theme-cookie.server.ts";
import { action, loader } from "#app/routes/theme.ts";
import { Browser } from "#tests/loaders/browser.ts";

const themeAt = ({ cookie }: Browser) =>
  readTheme(new Request("http://localhost:3000/", { headers: { Cookie: cookie } }));

test("choosing a theme is remembered for a year, and leads back to the same page", async () => {
  const browser = new Browser();
  const answer = await browser.post(action, "/theme", { theme: "dark", redirectTo: "/?show=active" });
  expect(answer).toRedirectTo("/?show=active");
  expect(answer.headers.getSetCookie()).toEqual([
    expect.stringMatching(/^todos-theme-3000=.*Max-Age=31536000; Path=\/; HttpOnly; SameSite=Lax$/),
  ]);
  expect(await themeAt(browser)).toBe("dark");
});

test("without a cookie, the system's theme applies", async () => {
  const browser = new Browser();
  await browser.post(action, "/theme", { theme: "light", redirectTo: "/" });
  expect(await themeAt(browser)).toBe("light");
  await browser.post(action, "/theme", { theme: "system", redirectTo: "/" });
  expect([browser.cookie, await themeAt(browser)]).toEqual(["", "system"]);
});

test.each([
  "https://evil.example",
  "//evil.example",
  "",
])("choosing a theme does not lead to %j", async (redirectTo) => {
  const answer = await new Browser().post(action, "/theme", { theme: "dark", redirectTo });
  expect(answer).toRedirectTo("/");
});

test.each([
  ["no theme", []],
  ["an unknown theme", [["theme", "pink"]]],
  [
    "two themes",
    [
      ["theme", "dark"],
      ["theme", "light"],
    ],
  ],
] satisfies [string, [string, string][]][])("%s is refused, and not remembered", async (_, fields) => {
  const answer = await new Browser().post(action, "/theme", fields);
  expect([answer.status, answer.headers.getSetCookie()]).toEqual([400, []]);
});

test.each(["x", "InBpbmsi", "e30=", "%"])("a cookie of %j means the system's theme", async (value) => {
  const browser = new Browser();
  browser.keep(`todos-theme-3000=${value}; Path=/`);
  expect(await themeAt(browser)).toBe("system");
});

test("opening the form's address leads to the list", async () => {
  expect(await new Browser().load(loader, "/theme")).toRedirectTo("/");
});
