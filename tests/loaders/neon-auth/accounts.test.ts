import { decodeJwt } from "jose";
import { expect, test, vi } from "vitest";
import { authProvider } from "#app/auth/provider.server.ts";
import { verifyAccessToken } from "#app/auth/session/access-token.server.ts";
import * as accountRoute from "#app/routes/account/route.tsx";
import * as forgotRoute from "#app/routes/auth/password/forgot-password.tsx";
import * as resetRoute from "#app/routes/auth/password/reset-password.tsx";
import * as signInRoute from "#app/routes/auth/password/sign-in.tsx";
import * as signUpRoute from "#app/routes/auth/password/sign-up.tsx";
import * as signOutRoute from "#app/routes/auth/sign-out.ts";
import { allTodos, Browser, runSql } from "#tests/loaders/browser.ts";
import { startNeonAuth } from "./neon-auth.ts";

const neon = await startNeonAuth();
const password = "correct horse";

/** Signs up by the form. */
async function newUser(name: string): Promise<Browser & { email: string }> {
  const email = `${crypto.randomUUID()}@example.com`;
  const browser = Object.assign(new Browser(), { email });
  const answer = await browser.post(signUpRoute.action, "/sign-up", { email, password, name });
  expect(answer).toRedirectTo("/");
  return browser;
}

const signIn = (email: string, typed = password) =>
  new Browser().post(signInRoute.action, "/sign-in", { email, password: typed });
const change = (browser: Browser, intent: string, fields: Record<string, string> = {}) =>
  browser.post(accountRoute.action, "/account", { intent, ...fields });

test("a user who signs up is on the list at once, and adds a todo in the same moment", async () => {
  const bob = await newUser("Bob");
  await bob.change({ intent: "add", task: "at once" });
  const { data } = await bob.todosPage();
  expect(data.viewer).toMatchObject({ email: bob.email, isAdmin: false });
  expect(data.todos.map(({ task }) => task)).toContain("at once");
});

test("a page view asks Neon Auth for nothing", async () => {
  const bob = await newUser("Bob");
  await bob.todosPage();
  neon.requests.length = 0;
  expect((await bob.todosPage()).data.view).toBe("list");
  expect(neon.requests).toEqual([]);
});

test.each([
  ["a wrong password", (email: string) => [email, "wrong horse"]],
  ["an unknown address", () => ["nobody@example.com", password]],
])("%s is refused in the same words", async (_, typed) => {
  const bob = await newUser("Bob");
  const [email = "", wrong] = typed(bob.email);
  const answer = await signIn(email, wrong);
  expect(answer.status).toBe(400);
  expect((await answer.json()).errors).toEqual({ password: "Wrong email or password." });
});

test("an address that has an account cannot sign up again", async () => {
  const bob = await newUser("Bob");
  const answer = await new Browser().post(signUpRoute.action, "/sign-up", { email: bob.email, password });
  expect(answer.status).toBe(400);
  expect((await answer.json()).errors.email).toMatch(/already/);
});

test("a session survives its token, and ends with its sign-out", async () => {
  const bob = await newUser("Bob");
  const tokens = await authProvider().signIn({ email: bob.email, password });
  expect(await authProvider().refresh(tokens.refreshToken)).toMatch(/^eyJ/);
  await authProvider().signOut(tokens);
  expect(await authProvider().refresh(tokens.refreshToken)).toBeUndefined();
});

test.each([
  [401, {}, undefined],
  [401, { code: "UNAUTHORIZED" }, undefined],
  [400, {}, "fault"],
])("a session that is answered with %s and %j has the outcome %s", async (status, content, outcome) => {
  neon.answerWith(() => Response.json(content, { status }));
  expect(
    await authProvider()
      .refresh("x.session_token=x")
      .catch(() => "fault"),
  ).toBe(outcome);
});

test("signing out clears the cookie, and ends the session at Neon Auth", async () => {
  const bob = await newUser("Bob");
  await bob.post(signOutRoute.action, "/sign-out", {});
  expect(neon.requests.at(-1)).toBe("POST /sign-out");
  expect((await bob.todosPage()).data.view).toBe("landing");
});

test("a token of Neon Auth is verified here, and one whose signature was changed is not", async () => {
  const bob = await newUser("Bob");
  const { accessToken } = await authProvider().signIn({ email: bob.email, password });
  const { sub, iss, aud } = decodeJwt(accessToken);
  expect([iss, aud]).toEqual([new URL(neon.baseUrl).origin, new URL(neon.baseUrl).origin]);
  expect(await verifyAccessToken(accessToken)).toMatchObject({ userId: sub, email: bob.email, name: "Bob" });
  const [head, claims, signature = ""] = accessToken.split(".");
  const forged = [
    head,
    claims,
    signature.startsWith("A") ? `B${signature.slice(1)}` : `A${signature.slice(1)}`,
  ];
  expect(await verifyAccessToken(forged.join("."))).toBe("invalid");
});

test("a new name is shown on the next page, and an empty one is none", async () => {
  const bob = await newUser("Bob");
  for (const [typed, shown] of [
    ["Robert", "Robert"],
    ["", null],
  ] as const) {
    expect(await change(bob, "name", { name: typed })).toRedirectTo("/account?done=name");
    expect((await (await bob.load(accountRoute.loader, "/account")).json()).name).toBe(shown);
  }
});

test("a changed password ends every other session, and not this one", async () => {
  const bob = await newUser("Bob");
  const other = await authProvider().signIn({ email: bob.email, password });
  const changed = { currentPassword: password, newPassword: "battery staple" };
  expect(await change(bob, "password", changed)).toRedirectTo("/account?done=password");
  expect(await authProvider().refresh(other.refreshToken)).toBeUndefined();
  expect(await change(bob, "sessions")).toRedirectTo("/account?done=sessions&ended=0");
  expect((await signIn(bob.email)).status).toBe(400);
});

test("a wrong current password is refused beside its field, and other sessions go on", async () => {
  const bob = await newUser("Bob");
  const other = await authProvider().signIn({ email: bob.email, password });
  const answer = await change(bob, "password", { currentPassword: "wrong", newPassword: "battery staple" });
  expect((await answer.json()).errors).toEqual({ currentPassword: "Wrong password." });
  expect(await authProvider().refresh(other.refreshToken)).toMatch(/^eyJ/);
});

test("signing out elsewhere says how many sessions it ended", async () => {
  const bob = await newUser("Bob");
  await signIn(bob.email);
  await signIn(bob.email);
  expect(await change(bob, "sessions")).toRedirectTo("/account?done=sessions&ended=2");
});

test("a deleted account is gone with its todos, and its session is over", async () => {
  const bob = await newUser("Bob");
  await bob.change({ intent: "add", task: `of ${bob.email}` });
  await bob.todosPage();
  const { cookie } = bob;
  expect(await change(bob, "delete", { email: bob.email })).toRedirectTo("/");
  expect((await allTodos()).map(({ task }) => task)).not.toContain(`of ${bob.email}`);
  bob.cookie = cookie;
  expect((await bob.todosPage()).data).toMatchObject({ view: "landing", wasDeleted: true });
});

test("a session older than a day has to sign in again before it deletes the account", async () => {
  const bob = await newUser("Bob");
  await runSql(`update neon_auth.session set "createdAt" = now() - interval '2 days'`);
  const answer = await change(bob, "delete", { email: bob.email });
  expect((await answer.json()).errors).toEqual({ form: expect.stringContaining("sign in again") });
});

test("a banned user is out as soon as the token is renewed, and cannot sign in", async () => {
  const bob = await newUser("Bob");
  await runSql(`update neon_auth."user" set banned = true where email = '${bob.email}'`);
  expect((await (await signIn(bob.email)).json()).errors).toEqual({
    form: "An administrator has locked your account.",
  });
});

test("an admin of Neon Auth is an admin here, from the next page on", async () => {
  const bob = await newUser("Bob");
  await runSql(`update neon_auth."user" set role = 'admin' where email = '${bob.email}'`);
  expect((await bob.todosPage()).data.viewer.isAdmin).toBe(true);
});

test("a forgotten password is set anew by the mailed link", async () => {
  const bob = await newUser("Bob");
  await new Browser().post(forgotRoute.action, "/forgot-password", { email: bob.email });
  const link = await vi.waitFor(() => {
    const mail = neon.mails.find(({ to, link }) => to === bob.email && link.includes("/reset-password/"));
    return new URL(mail?.link ?? "none");
  });
  const landing = await fetch(link, { redirect: "manual" });
  const { origin, pathname, search } = new URL(landing.headers.get("location") ?? "");
  expect([origin, pathname]).toEqual(["http://localhost:3000", "/reset-password"]);

  const reset = () =>
    new Browser().post(resetRoute.action, pathname + search, { password: "battery staple" });
  expect((await reset()).status).toBe(303);
  expect((await signIn(bob.email, "battery staple")).status).toBe(303);
  expect((await reset()).status).toBe(400);
});

test("what the app cannot do with Neon Auth is not offered", async () => {
  const data = await (await new Browser().load(signInRoute.loader, "/sign-in")).json();
  expect(data).toMatchObject({ providers: [], magicLinks: false });
});

test("no answer holds the session's cookie in a form that a script could read", async () => {
  const bob = await newUser("Bob");
  const { refreshToken } = await authProvider().signIn({ email: bob.email, password });
  const [name = ""] = refreshToken.split("=");
  for (const [loader, path] of [
    [accountRoute.loader, "/account"],
    [signInRoute.loader, "/sign-in"],
  ] as const) {
    const text = await (await bob.load(loader, path)).text();
    expect(text).not.toContain(name);
    expect(text).not.toContain("eyJ");
  }
});
