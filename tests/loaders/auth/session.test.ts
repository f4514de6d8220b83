import { HttpResponse, http } from "msw";
import { afterEach, expect, test, vi } from "vitest";
import { startSession } from "#app/auth/session/session.server.ts";
import { Browser, signedUp } from "#tests/loaders/browser.ts";
import { stack, stackRequests, standIn } from "#tests/setup/stack.ts";

const minutes = (count: number) => count * 60_000;
const refresh = "POST /api/v1/auth/sessions/current/refresh";

afterEach(() => vi.useRealTimers());

/** Sets only the session's clock ahead. */
function later(milliseconds: number): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + milliseconds });
}

test.each([
  ["garbage", "todos-session-3000=garbage"],
  ["empty", "todos-session-3000="],
  [
    "not signed by us",
    `todos-session-3000=${encodeURIComponent(btoa(JSON.stringify({ accessToken: "x" })))}`,
  ],
])("a cookie that is %s is ignored and removed, and another app's stays", async (_, cookie) => {
  const browser = new Browser();
  browser.cookie = `session=1; ${cookie}`;
  const { status, data } = await browser.todosPage();
  expect([status, data.view, browser.cookie]).toEqual([200, "landing", "session=1"]);
});

test("a cookie with good tokens that we did not sign is ignored", async () => {
  const accessToken = await standIn.signAccessToken({ sub: "bob", email: "bob@example.com" });
  const content = { accessToken, refreshToken: "x", profileSeen: false };
  const browser = new Browser();
  browser.keep(await startSession(content));
  expect((await browser.todosPage()).data.view).toBe("list");
  browser.cookie = `todos-session-3000=${encodeURIComponent(btoa(JSON.stringify(content)))}`;
  expect((await browser.todosPage()).data.view).toBe("landing");
});

const project = "6f1ff9d5-1b8a-4a2e-9f6f-6c7c2a8f5b10";
const foreign = "11111111-1111-4111-8111-111111111111";
const now = () => Math.floor(Date.now() / 1000);

test.each([
  ["signed with a stranger's key", {}, "stranger"],
  ["not signed at all", {}, "nobody"],
  ["for another project", { aud: foreign, iss: `http://stack.test/api/v1/projects/${foreign}` }, "project"],
  ["from another issuer", { iss: `http://evil.example/api/v1/projects/${project}` }, "project"],
  ["for another audience", { aud: `${project}:restricted` }, "project"],
  ["of an anonymous user", { is_anonymous: true }, "project"],
  ["expired, with a refresh token that is unknown", { exp: now() - 60 }, "project"],
] as const)("a token that is %s is ignored", async (_, claims, signer) => {
  const accessToken = await standIn.signAccessToken(
    { sub: "bob", email: "bob@example.com", ...claims },
    signer,
  );
  const browser = new Browser();
  browser.keep(await startSession({ accessToken, refreshToken: "unknown" }));
  expect((await browser.todosPage()).data.view).toBe("landing");
  expect(browser.cookie).toBe("");
});

test("a token that is about to expire is refreshed once, also when several requests arrive together", async () => {
  const browser = await signedUp("refresh@example.com");
  await browser.todosPage();
  const old = browser.cookie;
  later(minutes(9.75));
  stackRequests.length = 0;
  const pages = await Promise.all(
    Array.from({ length: 5 }, () => {
      const tab = new Browser();
      tab.cookie = old;
      return tab.todosPage().then(({ data }) => [data.view, tab.cookie === old]);
    }),
  );
  expect(pages).toEqual(Array(5).fill(["list", false]));
  expect(stackRequests).toEqual([refresh]);
});

test("an expired token is refreshed, and the new one is used from then on", async () => {
  const browser = await signedUp("expired@example.com");
  later(minutes(60));
  // This is also the page that sees the profile first: one cookie keeps both.
  expect((await browser.todosPage()).data.view).toBe("list");
  const { cookie } = browser;
  stackRequests.length = 0;
  expect((await browser.todosPage()).data.view).toBe("list");
  expect([stackRequests, browser.cookie]).toEqual([[], cookie]);
});

test("a session ended at Stack ends here when its token expires", async () => {
  const browser = await signedUp("ended@example.com");
  stack.use(
    http.post("http://stack.test/api/v1/auth/sessions/current/refresh", () =>
      HttpResponse.json(
        { code: "REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED" },
        { status: 401, headers: { "x-stack-known-error": "REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED" } },
      ),
    ),
  );
  expect((await browser.todosPage()).data.view).toBe("list");
  later(minutes(11));
  expect((await browser.todosPage()).data.view).toBe("landing");
});

test("while Stack is down a token is used until it expires; then the page says so with 503, and no user is signed out", async () => {
  const browser = await signedUp("outage@example.com");
  const cookie = browser.cookie;
  stack.use(http.all("http://stack.test/*", () => HttpResponse.error()));
  later(minutes(9.9));
  expect((await browser.todosPage()).data.view).toBe("list");
  later(minutes(1));
  expect(await browser.todosPage()).toMatchObject({ status: 503, data: { view: "unavailable" } });
  const change = await browser.change({ intent: "add", task: "do not lose me" });
  expect([change.status, await change.json()]).toMatchObject([503, { typed: { task: "do not lose me" } }]);
  stack.resetHandlers();
  expect((await browser.todosPage()).data.view).toBe("list");
  expect(browser.cookie).not.toBe("");
  expect(cookie).not.toBe("");
});
