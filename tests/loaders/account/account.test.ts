import { HttpResponse, http } from "msw";
import { beforeEach, expect, test, vi } from "vitest";
import type { RefusedForm } from "#app/auth/forms/auth-form.server.ts";
import { startSession } from "#app/auth/session/session.server.ts";
import { environment } from "#app/platform/environment.server.ts";
import type { AccountData } from "#app/routes/account/account.server.ts";
import { doneSentences } from "#app/routes/account/done-sentences.ts";
import { action, loader } from "#app/routes/account/route.tsx";
import { loader as signInLoader } from "#app/routes/auth/password/sign-in.tsx";
import {
  allTodos,
  Browser,
  runSql,
  signedIn,
  signedUp,
  syncProfiles,
  whileSyncing,
} from "#tests/loaders/browser.ts";
import { stack, stackRequests, standIn } from "#tests/setup/stack.ts";

const password = "correct horse";
const api = `${environment().stack.apiUrl}/api/v1`;
const signIn = "/sign-in?redirectTo=/account";

beforeEach(async () => {
  await runSql("delete from todos");
  await runSql("delete from neon_auth.users_sync");
});

/** An unused address: Stack's users stay from test to test. */
function newEmail(): string {
  return `${crypto.randomUUID()}@example.com`;
}

async function pageOf(browser: Browser): Promise<AccountData> {
  const answer = await browser.load(loader, "/account");
  expect(answer.status).toBe(200);
  return answer.json();
}

/** Posts a form of the page while the sync runs, as it always does. */
function change(browser: Browser, intent: string, fields: Record<string, string> = {}): Promise<Response> {
  return whileSyncing(0, () => browser.post(action, "/account", { intent, ...fields }));
}

async function refusal(answer: Response): Promise<RefusedForm> {
  expect(answer.status).toBe(400);
  return answer.json();
}

/** Whether Stack still knows a browser's session. */
async function isAlive(browser: Browser): Promise<boolean> {
  const answer = await change(browser, "unknown");
  return answer.status === 400;
}

test("a signed-out user is redirected to sign in and back, whatever they request", async () => {
  const browser = new Browser();
  expect(await browser.load(loader, "/account")).toRedirectTo(signIn);
  for (const intent of ["name", "password", "sessions", "delete", "unknown"]) {
    expect(await change(browser, intent)).toRedirectTo(signIn);
  }
  expect(stackRequests).toEqual([]);
});

test("the page shows the account from the profile, and asks Stack only what the project offers", async () => {
  const email = newEmail();
  const bob = await signedUp(email, "Bob");
  stackRequests.length = 0;
  expect(await pageOf(bob)).toEqual({
    view: "account",
    email,
    isEmailVerified: false,
    name: "Bob",
    hasPassword: true,
    isAdmin: false,
    passwords: true,
    accountDeletion: true,
  });
  expect(stackRequests.filter((request) => request !== "GET /api/v1/projects/current")).toEqual([]);
});

test.each([
  ["has_password", "hasPassword"],
  ["primary_email_verified", "isEmailVerified"],
] as const)("what the profile says of %s is believed", async (key, shown) => {
  const bob = await signedIn("bob");
  for (const value of [false, true]) {
    await runSql(`update neon_auth.users_sync set raw_json = raw_json || '{"${key}": ${value}}'`);
    expect(await pageOf(bob)).toMatchObject({ [shown]: value });
  }
});

/** A user whose access token has these claims. */
async function withToken(claims: Record<string, unknown>): Promise<Browser> {
  const browser = new Browser();
  const accessToken = await standIn.signAccessToken({ sub: "bob", email: "bob@example.com", ...claims });
  browser.keep(await startSession({ accessToken, refreshToken: "none" }));
  return browser;
}

test("before the profile arrives the page shows what the token says", async () => {
  const bob = await withToken({ name: "Bob", email_verified: true });
  expect(await pageOf(bob)).toMatchObject({ email: "bob@example.com", name: "Bob", isEmailVerified: true });
});

test("an address verified by a link counts as verified before the sync knows, another one does not", async () => {
  const bob = await withToken({ email_verified: true });
  for (const [email, isEmailVerified] of [
    ["bob@example.com", true],
    ["bobby@example.com", false],
  ] as const) {
    await runSql("delete from neon_auth.users_sync");
    await runSql(`insert into neon_auth.users_sync (raw_json)
      values ('{"id": "bob", "primary_email": "${email}", "primary_email_verified": false}')`);
    expect(await pageOf(bob)).toMatchObject({ email, isEmailVerified });
  }
});

test("a new name is on the next page, and an empty one removes it", async () => {
  const bob = await signedUp(newEmail(), "Bob");
  for (const [typed, name] of [
    ["  Bobby \u00a0", "Bobby"],
    [" \u200b\u2060", null],
    ["", null],
  ] as const) {
    expect(await change(bob, "name", { name: typed })).toRedirectTo("/account?done=name");
    expect(await pageOf(bob)).toMatchObject({ name });
  }
});

test("a change keeps the token that it renewed", async () => {
  const bob = await signedUp(newEmail());
  await pageOf(bob);
  const { cookie } = bob;
  expect(await change(bob, "name", { name: "Bobby" })).toRedirectTo("/account?done=name");
  expect(bob.cookie).not.toBe(cookie);
});

test("a sync that never comes delays the answer to a new name by two seconds", async () => {
  const bob = await signedUp(newEmail(), "Bob");
  const startedAt = performance.now();
  const answer = await bob.post(action, "/account", { intent: "name", name: "Bobby" });
  expect(answer).toRedirectTo("/account?done=name");
  expect(performance.now() - startedAt).toBeGreaterThan(1_900);
  expect(await pageOf(bob)).toMatchObject({ name: "Bob" });
});

test.each([
  ["257 characters", "x".repeat(257), "256"],
  ["the character NUL", "Bo\0b", "NUL"],
])("a name with %s is refused beside its field", async (_, name, words) => {
  const bob = await signedUp(newEmail(), "Bob");
  const { errors, typed } = await refusal(await change(bob, "name", { name }));
  expect(errors).toEqual({ name: expect.stringContaining(words) });
  expect(typed).toEqual({ intent: "name", name: name.replace("\0", "") });
  expect(await pageOf(bob)).toMatchObject({ name: "Bob" });
});

test("a new password signs in, the old one does not, and only this session continues", async () => {
  const email = newEmail();
  const bob = await signedUp(email);
  const elsewhere = new Browser();
  await elsewhere.signIn({ email, password });
  const passwords = { currentPassword: password, newPassword: "battery staple" };
  expect(await change(bob, "password", passwords)).toRedirectTo("/account?done=password");
  expect((await new Browser().signIn({ email, password })).status).toBe(400);
  expect(await new Browser().signIn({ email, password: "battery staple" })).toRedirectTo("/");
  expect(await isAlive(bob)).toBe(true);
  expect(await isAlive(elsewhere)).toBe(false);
});

test.each([
  ["a wrong current one", "wrong horse", "battery staple", { currentPassword: "Wrong password." }],
  ["none", "", "", { currentPassword: "Enter a password.", newPassword: "Enter a password." }],
  ["a short new one", password, "1234567", { newPassword: "Use at least 8 characters." }],
  ["a new one of 71 characters", password, "x".repeat(71), { newPassword: "Use at most 70 characters." }],
])("changing the password with %s is refused beside the field, and the typed passwords are not sent back", async (_, currentPassword, newPassword, errors) => {
  const bob = await signedUp(newEmail());
  const answer = await change(bob, "password", { currentPassword, newPassword });
  expect(await refusal(answer)).toEqual({ errors, typed: { intent: "password" } });
});

test.each([
  ["USER_DOES_NOT_HAVE_PASSWORD", { form: expect.stringContaining("no password yet") }],
  ["PASSWORD_AUTHENTICATION_NOT_ENABLED", { form: expect.stringContaining("turned off") }],
  ["PASSWORD_TOO_SHORT", { newPassword: expect.stringContaining("8") }],
  ["PASSWORD_TOO_LONG", { newPassword: expect.stringContaining("70") }],
  ["PASSWORD_REQUIREMENTS_NOT_MET", { newPassword: expect.stringContaining("8 to 70") }],
])("Stack's %s becomes a sentence", async (code, errors) => {
  const bob = await signedUp(newEmail());
  stack.use(http.post(`${api}/auth/password/update`, () => knownError(code)));
  const answer = await change(bob, "password", { currentPassword: password, newPassword: "battery staple" });
  expect((await refusal(answer)).errors).toEqual(errors);
});

function knownError(code: string): Response {
  const headers = { "x-stack-known-error": code };
  return HttpResponse.json({ code, error: "No." }, { status: 400, headers });
}

test("all other sessions are ended and counted, and this one continues", async () => {
  const email = newEmail();
  const bob = await signedUp(email);
  const others = [new Browser(), new Browser()];
  for (const other of others) await other.signIn({ email, password });
  expect(await change(bob, "sessions")).toRedirectTo("/account?done=sessions&ended=2");
  expect(await Promise.all(others.map(isAlive))).toEqual([false, false]);
  expect(await isAlive(bob)).toBe(true);
  expect(await change(bob, "sessions")).toRedirectTo("/account?done=sessions&ended=0");
});

test("more sessions than one batch are all ended", async () => {
  const bob = await signedUp(newEmail());
  const [own] = (await sessionsOf(bob)) as [{ user_id: string }];
  await Promise.all(Array.from({ length: 12 }, () => addSession(own.user_id)));
  expect(await change(bob, "sessions")).toRedirectTo("/account?done=sessions&ended=12");
  expect(await sessionsOf(bob)).toHaveLength(1);
});

/** The sessions that Stack lists for a browser's user. */
async function sessionsOf(browser: Browser): Promise<unknown[]> {
  const { accessToken } = JSON.parse(
    Buffer.from(decodeURIComponent(browser.cookie).split(/[=.]/)[1] ?? "", "base64").toString(),
  );
  const { projectId, publishableClientKey } = environment().stack;
  const answer = await fetch(`${api}/auth/sessions?user_id=me`, {
    headers: {
      "x-stack-access-type": "client",
      "x-stack-project-id": projectId,
      "x-stack-publishable-client-key": publishableClientKey,
      "x-stack-access-token": accessToken,
    },
  });
  return ((await answer.json()) as { items: unknown[] }).items;
}

/** Opens a user's session as the project's own server may. */
async function addSession(userId: string): Promise<void> {
  const { projectId, secretServerKey } = environment().stack;
  const answer = await fetch(`${api}/auth/sessions`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-stack-access-type": "server",
      "x-stack-project-id": projectId,
      "x-stack-secret-server-key": secretServerKey,
    },
    body: JSON.stringify({ user_id: userId }),
  });
  expect(answer.status).toBe(200);
}

test("a double click ends the other sessions once", async () => {
  const email = newEmail();
  const bob = await signedUp(email);
  const other = new Browser();
  await other.signIn({ email, password });
  let endings = 0;
  let bothArrived = () => {};
  const both = new Promise<void>((resolve) => {
    bothArrived = resolve;
  });
  stack.use(
    http.delete(`${api}/auth/sessions/:id`, async () => {
      if (++endings === 2) bothArrived();
      await both;
    }),
  );
  for (const answer of await Promise.all([change(bob, "sessions"), change(bob, "sessions")])) {
    expect(answer).toRedirectTo("/account?done=sessions&ended=1");
  }
  expect(await isAlive(other)).toBe(false);
});

test("a session that cannot be ended is reported as a failure", async () => {
  const email = newEmail();
  const bob = await signedUp(email);
  await new Browser().signIn({ email, password });
  stack.use(http.delete(`${api}/auth/sessions/:id`, () => new HttpResponse("No.", { status: 404 })));
  const output = vi.spyOn(console, "error").mockReturnValue();
  expect((await change(bob, "sessions")).status).toBe(503);
  output.mockRestore();
});

test("deleting the account deletes its todos, signs out, and says so", async () => {
  const email = newEmail();
  const bob = await signedUp(email);
  const doug = await signedUp(newEmail());
  await bob.change({ intent: "add", task: "Buy seeds" });
  await doug.change({ intent: "add", task: "Feed the cat" });
  expect(await change(bob, "delete", { email: `  ${email.toUpperCase()}\t` })).toRedirectTo("/");
  await syncProfiles();
  expect(await allTodos()).toMatchObject([{ task: "Feed the cat" }]);
  expect((await bob.todosPage()).data).toMatchObject({ view: "landing", wasDeleted: true });
  expect((await new Browser().signIn({ email, password })).status).toBe(400);
});

test.each([
  "",
  "bob",
  "doug@example.com",
])("typing %j instead of one's email deletes nothing", async (typed) => {
  const email = newEmail();
  const bob = await signedUp(email);
  expect(await refusal(await change(bob, "delete", { email: typed }))).toEqual({
    errors: { email: "That isn't your account's email address." },
    typed: { intent: "delete", email: typed },
  });
  expect(await isAlive(bob)).toBe(true);
  expect(stackRequests).not.toContain("DELETE /api/v1/users/me");
});

test("an account without an email is deleted with an empty field", async () => {
  const bob = await signedUp(newEmail());
  await runSql(`update neon_auth.users_sync set raw_json = raw_json || '{"primary_email": null}'`);
  expect((await refusal(await change(bob, "delete", { email: "null" }))).errors).toHaveProperty("email");
  expect(await change(bob, "delete")).toRedirectTo("/");
});

test("where users may not delete their own accounts, the page says who can", async () => {
  const email = newEmail();
  const bob = await signedUp(email);
  standIn.settings.allowsAccountDeletion = false;
  const { errors } = await refusal(await change(bob, "delete", { email }));
  expect(errors).toEqual({ form: expect.stringContaining("Ask an administrator") });
  expect(await isAlive(bob)).toBe(true);
});

test("a session ended elsewhere can change nothing, although its token is still valid", async () => {
  const email = newEmail();
  const bob = await signedUp(email, "Bob");
  const elsewhere = new Browser();
  await elsewhere.signIn({ email, password });
  await change(bob, "sessions");
  expect(await elsewhere.load(loader, "/account")).toMatchObject({ status: 200 });
  expect(await change(elsewhere, "name", { name: "Mallory" })).toRedirectTo(signIn);
  expect(elsewhere.cookie).toBe("");
  expect(await pageOf(bob)).toMatchObject({ name: "Bob" });
});

test("a user deleted elsewhere is signed out, and told so", async () => {
  for (const look of [
    (browser: Browser) => browser.load(loader, "/account"),
    (browser: Browser) => change(browser, "name", { name: "Ghost" }),
  ]) {
    const bob = await signedUp(newEmail());
    await runSql("update neon_auth.users_sync set deleted_at = now()");
    stackRequests.length = 0;
    expect(await look(bob)).toRedirectTo("/sign-in");
    expect(stackRequests).not.toContain("PATCH /api/v1/users/me");
    expect(await (await bob.load(signInLoader, "/sign-in")).json()).toMatchObject({ wasDeleted: true });
  }
});

test("a user deleted during a change is signed out", async () => {
  const bob = await signedUp(newEmail());
  stack.use(http.patch(`${api}/users/me`, () => knownError("CANNOT_GET_OWN_USER_WITHOUT_USER")));
  expect(await change(bob, "name", { name: "Ghost" })).toRedirectTo(signIn);
  expect(bob.cookie).toBe("");
});

test("an unknown intent and a body that is not a form are refused", async () => {
  const bob = await signedUp(newEmail());
  const headers = { Cookie: bob.cookie, Origin: "http://localhost:3000" };
  const noForm = new Request("http://localhost:3000/account", { method: "POST", headers, body: "{}" });
  for (const answer of [await change(bob, "promote"), await bob.send(action, noForm)]) {
    expect((await refusal(answer)).errors).toEqual({
      form: "This form is incomplete. Reload the page and try again.",
    });
  }
});

test.each([
  ["0", "You weren't signed in anywhere else."],
  ["1", "1 other session was ended. This takes effect within 10 minutes."],
  ["12", "12 other sessions were ended. This takes effect within 10 minutes."],
  ["-1", undefined],
  ["all", undefined],
  [null, undefined],
])("after %s sessions were ended the page says so, but says nothing for an invalid number", (ended, sentence) => {
  expect(doneSentences(new URLSearchParams(ended === null ? {} : { ended })).sessions).toBe(sentence);
});
