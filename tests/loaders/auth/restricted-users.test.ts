import { decodeJwt, generateKeyPair, SignJWT } from "jose";
import { HttpResponse, http } from "msw";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startSession } from "#app/auth/session/session.server.ts";
import * as signInRoute from "#app/routes/auth/password/sign-in.tsx";
import * as signOutRoute from "#app/routes/auth/sign-out.ts";
import * as verifyEmailRoute from "#app/routes/auth/verify-email/route.tsx";
import * as eventsRoute from "#app/routes/events.ts";
import * as csvRoute from "#app/routes/stats/csv.ts";
import * as statsRoute from "#app/routes/stats/route.tsx";
import * as todosRoute from "#app/routes/todos/route.tsx";
import { allTodos, Browser, signedUp, syncProfiles } from "#tests/loaders/browser.ts";
import { allProfiles, atStack, type User } from "#tests/loaders/stack-users.ts";
import { stack, stackRequests, standIn } from "#tests/setup/stack.ts";

const password = "correct horse";
const refresh = "POST /api/v1/auth/sessions/current/refresh";
const log = vi.spyOn(console, "error").mockReturnValue();

beforeEach(() => {
  standIn.settings.requiresVerifiedEmail = true;
});
afterEach(() => {
  vi.useRealTimers();
  log.mockClear();
});

const verifyEmail = (browser: Browser, search = "") =>
  browser.load(verifyEmailRoute.loader, `/verify-email${search}`);

/** A user who has just signed up, and is restricted until the address is verified. */
async function restricted(email: string): Promise<Browser> {
  const browser = new Browser();
  expect(await browser.signUp({ email, password })).toRedirectTo("/verify-email");
  await syncProfiles();
  stackRequests.length = 0;
  return browser;
}

async function holderOf(accessToken: string): Promise<Browser> {
  const browser = new Browser();
  browser.keep(await startSession({ accessToken, refreshToken: "unknown" }));
  return browser;
}

const restrictedClaims = {
  sub: "bob",
  email: "bob@example.com",
  is_restricted: true,
  restricted_reason: { type: "email_not_verified" },
};

async function userOf(email: string): Promise<User> {
  const profile = (await allProfiles()).find(({ user }) => user.primary_email === email);
  return { display_name: null, ...profile?.user, id: profile?.user.id ?? "" };
}

async function linkTo(email: string): Promise<string> {
  const link = new URL((await standIn.mails(email))[0]?.links[0] ?? "");
  return link.pathname + link.search;
}

test("a user who signs up or in unverified is told to verify the address, and their destination is kept", async () => {
  const typed = { email: "new@example.com", password };
  const page = "/verify-email?redirectTo=%2Fstats";
  expect(await new Browser().signUp(typed, "/sign-up?redirectTo=/stats")).toRedirectTo(page);
  const browser = new Browser();
  expect(await browser.signIn(typed, "/sign-in?redirectTo=/stats")).toRedirectTo(page);
  expect(await (await verifyEmail(browser, "?redirectTo=/stats")).json()).toEqual({
    view: "unverified",
    redirectTo: "/stats",
    email: typed.email,
    isRestricted: true,
  });
});

test.each([
  ["/", todosRoute.loader, "/verify-email"],
  ["/?before=x&team=all", todosRoute.loader, "/verify-email?redirectTo=%2F%3Fbefore%3Dx%26team%3Dall"],
  ["/stats", statsRoute.loader, "/verify-email?redirectTo=%2Fstats"],
  ["/stats.csv", csvRoute.loader, "/verify-email?redirectTo=%2Fstats.csv"],
  ["/sign-in", signInRoute.loader, "/verify-email?redirectTo=%2Fsign-in"],
  // A code is a secret of the page that it was mailed for.
  ["/sign-in?code=secret", signInRoute.loader, "/verify-email?redirectTo=%2Fsign-in"],
  ["/sign-in?token=secret", signInRoute.loader, "/verify-email?redirectTo=%2Fsign-in"],
])("%s redirects a restricted user to where they verify their address", async (path, loader, target) => {
  const browser = await holderOf(await standIn.signAccessToken(restrictedClaims));
  const answer = await browser.load(loader, path);
  expect(answer).toRedirectTo(target);
  expect(answer.headers.get("Cache-Control")).toBe("no-store");
  expect(await answer.text()).toBe("");
  expect(stackRequests.filter((each) => each.startsWith("POST"))).toEqual([]);
});

test("a restricted user changes nothing, and no stream is opened for them", async () => {
  const browser = await restricted("writing@example.com");
  const before = await allTodos();
  expect(await browser.change({ intent: "add", task: "let me in" })).toRedirectTo("/verify-email");
  expect(await allTodos()).toEqual(before);
  const stream = await browser.load(eventsRoute.loader, "/events");
  expect([stream.status, stream.body]).toEqual([204, null]);
});

test("verifying the address lets a user in where they were heading", async () => {
  const browser = new Browser();
  const typed = { email: "confirming@example.com", password };
  await browser.signUp(typed, "/sign-up?redirectTo=/%3Fteam=all");
  const path = await linkTo(typed.email);
  expect(await browser.post(verifyEmailRoute.action, path, {})).toRedirectTo("/?team=all");
  expect((await browser.todosPage()).data).toMatchObject({ view: "list", viewer: { email: typed.email } });
});

test("an address that was verified elsewhere lets a user in at once, without another sign-in", async () => {
  const email = "elsewhere@example.com";
  const browser = await restricted(email);
  // The first page has asked Stack; its answer is not kept for the next one.
  expect((await verifyEmail(browser)).status).toBe(200);
  await atStack.change(await userOf(email), { primary_email_verified: true });
  expect(await browser.load(todosRoute.loader, "/?team=all")).toRedirectTo(
    "/verify-email?redirectTo=%2F%3Fteam%3Dall",
  );
  expect(await verifyEmail(browser, "?redirectTo=%2F%3Fteam%3Dall")).toRedirectTo("/?team=all");
  expect((await browser.todosPage()).data.view).toBe("list");
});

test("a project that no longer requires verified addresses lets all users in", async () => {
  const browser = await restricted("open@example.com");
  standIn.settings.requiresVerifiedEmail = false;
  expect(await verifyEmail(browser)).toRedirectTo("/");
  expect((await browser.todosPage()).data.view).toBe("list");
});

test("the mail is sent again to a restricted user", async () => {
  const browser = await restricted("again@example.com");
  expect(await browser.post(verifyEmailRoute.action, "/verify-email", {})).toRedirectTo(
    "/verify-email?done=sent",
  );
  expect(await standIn.mails("again@example.com")).toHaveLength(2);
});

test("a restricted user signs out, here and at Stack", async () => {
  const browser = await restricted("leaving@example.com");
  const stolen = browser.cookie;
  expect(await browser.post(signOutRoute.action, "/sign-out", {})).toRedirectTo("/");
  expect(browser.cookie).toBe("");
  expect(stackRequests.at(-1)).toBe("DELETE /api/v1/auth/sessions/current");
  browser.cookie = stolen;
  expect(await (await verifyEmail(browser)).json()).toMatchObject({ view: "signed out" });
});

test("an expired restricted token is renewed, and the page still leads to where the user verifies", async () => {
  const browser = await restricted("waiting@example.com");
  const { cookie } = browser;
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_000 });
  expect(await browser.load(todosRoute.loader, "/")).toRedirectTo("/verify-email");
  expect(stackRequests).toContain(refresh);
  expect(browser.cookie).not.toBe(cookie);
  stackRequests.length = 0;
  expect(await browser.load(todosRoute.loader, "/")).toRedirectTo("/verify-email");
  expect(stackRequests).toEqual([]);
});

test("a user restricted by an administrator is told so, and gets in when the restriction ends", async () => {
  standIn.settings.requiresVerifiedEmail = false;
  const email = "held@example.com";
  const browser = await signedUp(email);
  const user = await userOf(email);
  await atStack.change(user, { restricted_by_admin: true, primary_email_verified: true });
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_000 });
  expect(await browser.load(todosRoute.loader, "/")).toRedirectTo("/verify-email");
  expect(await (await verifyEmail(browser)).json()).toEqual({ view: "held back", redirectTo: "/", email });
  await atStack.change(user, { restricted_by_admin: false });
  expect(await verifyEmail(browser)).toRedirectTo("/");
  expect((await browser.todosPage()).data.view).toBe("list");
});

test("a restricted session whose token's key is gone continues with a new token", async () => {
  const good = await standIn.signAccessToken(restrictedClaims);
  const { privateKey } = await generateKeyPair("ES256");
  const accessToken = await new SignJWT(decodeJwt(good))
    .setProtectedHeader({ alg: "ES256", kid: "gone" })
    .sign(privateKey);
  stack.use(
    http.post("http://stack.test/api/v1/auth/sessions/current/refresh", () =>
      HttpResponse.json({ access_token: good }),
    ),
  );
  const browser = await holderOf(accessToken);
  const { cookie } = browser;
  expect(await browser.load(todosRoute.loader, "/")).toRedirectTo("/verify-email");
  expect(browser.cookie).not.toBe(cookie);
  stackRequests.length = 0;
  expect(await browser.load(todosRoute.loader, "/")).toRedirectTo("/verify-email");
  expect(stackRequests).toEqual([]);
});
