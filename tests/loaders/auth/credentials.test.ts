import { expect, test } from "vitest";
import * as signInRoute from "#app/routes/auth/password/sign-in.tsx";
import * as signOutRoute from "#app/routes/auth/sign-out.ts";
import { Browser, signedUp } from "#tests/loaders/browser.ts";
import { stackRequests } from "#tests/setup/stack.ts";

const password = "correct horse";

async function refusal(answer: Response) {
  return (await answer.json()) as { errors: Record<string, string>; typed: Record<string, string> };
}

test("signing up signs in, with the given name", async () => {
  const bob = await signedUp("bob@example.com", "Bob");
  const { data } = await bob.todosPage();
  expect(data.viewer.email).toBe("bob@example.com");
  await bob.change({ intent: "add", task: "x" });
  expect((await bob.todosPage()).data.team.shown).toMatchObject([{ email: "bob@example.com", name: "Bob" }]);
});

test("scripts and other sites' forms cannot use the session's cookie", async () => {
  const answer = await new Browser().signUp({ email: "cookie@example.com", password });
  const cookie = answer.headers.getSetCookie()[0] ?? "";
  expect(cookie).toMatch(/^todos-session-3000=/);
  expect(cookie).toContain("HttpOnly");
  expect(cookie).toContain("SameSite=Lax");
  expect(cookie).toContain("Path=/");
  expect(cookie.length).toBeLessThan(4096);
});

test("signing in works whatever the case of the email address", async () => {
  await signedUp("case@example.com");
  const browser = new Browser();
  expect(await browser.signIn({ email: " CASE@Example.COM ", password })).toRedirectTo("/");
  expect((await browser.todosPage()).data.view).toBe("list");
});

test.each([
  ["jo=k/o'r@example.com", "jo=k/o'r@example.com"],
  ["user@example.xn--p1ai", "user@example.xn--p1ai"],
  ["user@example.рф", "user@example.xn--p1ai"],
])("an address that browsers accept, such as %s, signs up and in", async (typed, email) => {
  await new Browser().signUp({ email: typed, password });
  const browser = new Browser();
  expect(await browser.signIn({ email: typed, password })).toRedirectTo("/");
  expect((await browser.todosPage()).data.viewer.email).toBe(email);
});

test("a name that shows nothing is none", async () => {
  const browser = new Browser();
  await browser.signUp({ email: "unseen@example.com", password, name: "\u200b" });
  await browser.change({ intent: "add", task: "x" });
  const own = (await browser.todosPage()).data.team.shown.find(({ email }) => email === "unseen@example.com");
  expect(own?.name).toBe(null);
});

test.each([
  ["/?before=x", "/?before=x"],
  ["//evil.example", "/"],
  ["/\t/evil.example", "/"],
])("after signing in, %j leads to %s", async (wanted, target) => {
  const path = `/sign-up?redirectTo=${encodeURIComponent(wanted)}`;
  const email = `${crypto.randomUUID()}@example.com`;
  expect(await new Browser().signUp({ email, password }, path)).toRedirectTo(target);
});

test("a signed-in user is redirected from /sign-in", async () => {
  const browser = await signedUp("already@example.com");
  expect(await browser.load(signInRoute.loader, "/sign-in?redirectTo=/stats")).toRedirectTo("/stats");
});

interface RefusedSignUp {
  with: string;
  email?: string;
  password?: string;
  field: string;
  words: string;
}
const refusedSignUps: RefusedSignUp[] = [
  { with: "a taken email", email: "taken@example.com", password, field: "email", words: "already" },
  { with: "a taken one in capitals", email: "TAKEN@EXAMPLE.COM", password, field: "email", words: "already" },
  { with: "a malformed one", email: "bob@", password, field: "email", words: "valid email" },
  {
    with: "one that Stack calls malformed",
    email: "bob@x.c",
    password,
    field: "email",
    words: "valid email",
  },
  { with: "none", password, field: "email", words: "Enter" },
  { with: "a short password", email: "a@example.com", password: "1234567", field: "password", words: "8" },
  { with: "71 characters", email: "a@example.com", password: "x".repeat(71), field: "password", words: "70" },
  { with: "no password", email: "a@example.com", field: "password", words: "Enter" },
];
test.each(refusedSignUps)("signing up with $with is refused beside the field", async (refused) => {
  const { with: _, field, words, ...fields } = refused;
  await new Browser().signUp({ email: "taken@example.com", password });
  const browser = new Browser();
  const answer = await browser.signUp({ name: "Bob", ...fields });
  expect(answer.status).toBe(400);
  const { errors, typed } = await refusal(answer);
  expect(errors[field]).toContain(words);
  expect(typed).toEqual({ email: fields.email ?? "", name: "Bob" });
  expect(browser.cookie).toBe("");
});

test.each([
  ["wrong", "wrong horse"],
  ["for an unknown email", password],
])("a password that is %s is refused, without telling whether email or password is wrong", async (which, typed) => {
  await signedUp("known@example.com").catch(() => undefined);
  const email = which === "wrong" ? "known@example.com" : "unknown@example.com";
  const browser = new Browser();
  const answer = await browser.signIn({ email, password: typed });
  expect(answer.status).toBe(400);
  const body = await refusal(answer);
  expect(body.errors).toEqual({ password: "Wrong email or password." });
  expect(JSON.stringify(body)).not.toContain(typed);
  expect(browser.cookie).toBe("");
});

test("a body that is not a form is refused", async () => {
  const request = new Request("http://localhost:3000/sign-in", { method: "POST", body: "{}" });
  expect((await new Browser().send(signInRoute.action, request)).status).toBe(400);
});

test("signing out ends the session here and at Stack, and can be repeated", async () => {
  const browser = await signedUp("leaving@example.com");
  const stolen = browser.cookie;
  expect(await browser.post(signOutRoute.action, "/sign-out", {})).toRedirectTo("/");
  expect((await browser.todosPage()).data.view).toBe("landing");
  expect(stackRequests).toContain("DELETE /api/v1/auth/sessions/current");
  browser.cookie = stolen;
  expect(await browser.post(signOutRoute.action, "/sign-out", {})).toRedirectTo("/");
});
