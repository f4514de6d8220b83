import { HttpResponse, http } from "msw";
import sql from "sql-template-tag";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { statement } from "#app/db/statement.server.ts";
import { environment } from "#app/platform/environment.server.ts";
import * as verifyEmailRoute from "#app/routes/auth/verify-email/route.tsx";
import { Browser, signedUp } from "#tests/loaders/browser.ts";
import { allProfiles, atStack, type User } from "#tests/loaders/stack-users.ts";
import { stack, stackDatabase, stackRequests, standIn } from "#tests/setup/stack.ts";

// Profiles arrive by webhook, and no webhook says that an address was verified.
environment().stackWebhookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

const { apiUrl } = environment().stack;
const password = "correct horse";
const refresh = "POST /api/v1/auth/sessions/current/refresh";
const verify = "POST /api/v1/contact-channels/verify";
const log = vi.spyOn(console, "error").mockReturnValue();
beforeEach(() => void log.mockClear());

const open = (browser: Browser, path = "/verify-email") => browser.load(verifyEmailRoute.loader, path);
const press = (browser: Browser, path = "/verify-email") => browser.post(verifyEmailRoute.action, path, {});

/** The path of the newest mail's link to an address. */
async function linkTo(email: string): Promise<string> {
  const [mail] = await standIn.mails(email);
  const link = new URL(mail?.links[0] ?? "");
  expect(link.origin).toBe("http://localhost:3000");
  return link.pathname + link.search;
}

async function shown(answer: Response): Promise<unknown> {
  expect(answer.status).toBe(200);
  return answer.json();
}

async function refused(answer: Response): Promise<Record<string, string>> {
  expect(answer.status).toBe(400);
  return (await answer.json()).errors;
}

/** The user as Stack has them, found by the stored profile. */
async function userOf(email: string): Promise<User> {
  const profile = (await allProfiles()).find(({ user }) => user.primary_email === email);
  return { display_name: null, ...profile?.user, id: profile?.user.id ?? "" };
}

async function isProfileVerified(email: string): Promise<unknown> {
  return (await userOf(email)).primary_email_verified;
}

test("a sign-up sends a mail that leads to the page for confirming, and on to where the user was heading", async () => {
  const browser = new Browser();
  await browser.signUp({ email: "bob@example.com", password }, "/sign-up?redirectTo=/stats");
  expect(await standIn.mails("bob@example.com")).toHaveLength(1);
  expect(await linkTo("bob@example.com")).toMatch(/^\/verify-email\?redirectTo=%2Fstats&code=[0-9a-z]{45}$/);
});

test("opening the link does not ask Stack, and gives the page no part of the code", async () => {
  const browser = await signedUp("opening@example.com");
  const path = await linkTo("opening@example.com");
  stackRequests.length = 0;
  for (const visitor of [browser, new Browser()]) {
    expect(await shown(await open(visitor, path))).toEqual({ view: "link", redirectTo: "/" });
  }
  expect(stackRequests).toEqual([]);
});

test("confirming renews the session and the profile at once, and the page says so", async () => {
  const email = "confirming@example.com";
  const browser = await signedUp(email);
  const path = await linkTo(email);
  expect(await isProfileVerified(email)).toBe(false);
  stackRequests.length = 0;
  expect(await press(browser, path)).toRedirectTo("/verify-email?done=confirmed");
  expect(stackRequests.slice(0, 2)).toEqual([verify, refresh]);
  expect(await isProfileVerified(email)).toBe(true);

  stackRequests.length = 0;
  expect(await shown(await open(browser, "/verify-email?done=confirmed"))).toEqual({
    view: "verified",
    redirectTo: "/",
    email,
  });
  expect(await open(browser, "/verify-email?redirectTo=/stats")).toRedirectTo("/stats");
  // The new token says so: no need to ask Stack.
  expect(stackRequests).toEqual([]);
});

test("an address is verified in a signed-out browser, too", async () => {
  const email = "elsewhere@example.com";
  const browser = new Browser();
  await browser.signUp({ email, password }, "/sign-up?redirectTo=/stats");
  const other = new Browser();
  const confirmed = "/verify-email?done=confirmed&redirectTo=%2Fstats";
  expect(await press(other, await linkTo(email))).toRedirectTo(confirmed);
  expect(await shown(await open(other, confirmed))).toEqual({
    view: "signed out",
    redirectTo: "/stats",
    isVerified: true,
  });

  // The first browser's token does not say so yet: the app asks Stack.
  stackRequests.length = 0;
  expect(await open(browser, "/verify-email?redirectTo=/stats")).toRedirectTo("/stats");
  expect(stackRequests[0]).toBe(refresh);
  expect(await isProfileVerified(email)).toBe(true);
});

test("an address typed in capitals is verified by the sign-up email", async () => {
  const browser = new Browser();
  await browser.signUp({ email: "Capital@Example.com", password });
  const path = await linkTo("capital@example.com");
  expect(await press(browser, path)).toRedirectTo("/verify-email?done=confirmed");
});

test("another user's link verifies their address, and not the current user's", async () => {
  await signedUp("doug@example.com");
  const browser = await signedUp("not-doug@example.com");
  expect(await press(browser, await linkTo("doug@example.com"))).toRedirectTo("/verify-email?done=confirmed");
  expect(await shown(await open(browser, "/verify-email?done=confirmed"))).toMatchObject({
    view: "unverified",
    email: "not-doug@example.com",
  });
});

test("a link that was already used lets the user continue", async () => {
  const browser = await signedUp("twice@example.com");
  const path = await linkTo("twice@example.com");
  await press(new Browser(), path);
  expect(await press(browser, path)).toRedirectTo("/verify-email?done=used");
  expect(await shown(await open(browser, "/verify-email?done=used"))).toMatchObject({ view: "verified" });
  expect(await press(new Browser(), path)).toRedirectTo("/verify-email?done=used");
});

test("a link that is too old says what to do next", async () => {
  await signedUp("late@example.com");
  const expire = sql`update emailed_codes set expires_at = now() where email = 'late@example.com'`;
  await stackDatabase.query(statement(z.never(), expire));
  const { code } = await refused(await press(new Browser(), await linkTo("late@example.com")));
  expect(code).toBe("This link has expired. Get a new one.");
});

test.each([
  ["unknown", "0".repeat(45)],
  ["cut off", "0".repeat(44)],
  ["not a code", "%00"],
])("a link whose code is %s says what to do next", async (_, code) => {
  const errors = await refused(await press(new Browser(), `/verify-email?code=${code}`));
  expect(errors).toEqual({ code: expect.stringContaining("get a new one") });
});

test("a link for an address that no account has any more says so", async () => {
  const words = "Contact channel not found. Was your contact channel deleted?";
  const gone = () => new HttpResponse(words, { status: 400 });
  stack.use(http.post(`${apiUrl}/api/v1/contact-channels/verify`, gone));
  const { code } = await refused(await press(new Browser(), `/verify-email?code=${"0".repeat(45)}`));
  expect(code).toContain("No account has this email address");
});

test("without a code the page says which address the mail went to, or what to do first", async () => {
  const browser = await signedUp("asking@example.com");
  expect(await shown(await open(browser, "/verify-email?redirectTo=//evil.example"))).toEqual({
    view: "unverified",
    redirectTo: "/",
    email: "asking@example.com",
    isRestricted: false,
  });
  expect(await shown(await open(new Browser()))).toEqual({
    view: "signed out",
    redirectTo: "/",
    isVerified: false,
  });
});

test("the mail is sent again, with the same link target", async () => {
  const email = "again@example.com";
  const browser = await signedUp(email);
  expect(await press(browser, "/verify-email?redirectTo=/stats")).toRedirectTo(
    "/verify-email?done=sent&redirectTo=%2Fstats",
  );
  expect(await standIn.mails(email)).toHaveLength(2);
  const path = await linkTo(email);
  expect(path).toContain("?redirectTo=%2Fstats&code=");
  expect(await press(browser, path)).toRedirectTo("/verify-email?done=confirmed&redirectTo=%2Fstats");
});

test("no email is sent to an address that is verified by now", async () => {
  const email = "too-late@example.com";
  const browser = await signedUp(email);
  await atStack.change(await userOf(email), { primary_email_verified: true });
  expect(await press(browser)).toRedirectTo("/verify-email?done=verified");
  expect(await standIn.mails(email)).toHaveLength(1);
});

test("a user who is not signed in, or no longer, signs in before the email is sent again", async () => {
  const toSignIn = "/sign-in?redirectTo=%2Fverify-email%3FredirectTo%3D%252Fstats";
  expect(await press(new Browser(), "/verify-email?redirectTo=/stats")).toRedirectTo(toSignIn);
  const browser = await signedUp("ended@example.com");
  await atStack.remove(await userOf("ended@example.com"));
  expect(await press(browser)).toRedirectTo("/sign-in?redirectTo=%2Fverify-email");
  expect(browser.cookie).toBe("");
});

test("a body that is not a form is refused", async () => {
  const path = "http://localhost:3000/verify-email?code=x";
  const answer = await new Browser().send(
    verifyEmailRoute.action,
    new Request(path, { method: "POST", body: "{}" }),
  );
  expect(answer.status).toBe(400);
  expect(stackRequests).toEqual([]);
});

test("if Stack does not know this site, users can still sign up, and the log says what to fix", async () => {
  const { appOrigin } = environment();
  environment().appOrigin = "https://todos.example";
  onTestFinished(() => {
    environment().appOrigin = appOrigin;
  });
  const browser = await signedUp("untrusted@example.com");
  expect((await browser.todosPage()).data.view).toBe("list");
  expect(await standIn.mails("untrusted@example.com")).toEqual([]);

  const { form } = await refused(await press(browser));
  expect(form).toContain("doesn't know this site");
  const line =
    "Stack mails no links to https://todos.example: add it to the trusted domains on Stack's dashboard, with the handler path /";
  expect(log.mock.calls).toEqual([[line], [line]]);
});
