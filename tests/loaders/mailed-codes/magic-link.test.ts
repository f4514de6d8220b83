import { HttpResponse, http } from "msw";
import sql from "sql-template-tag";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { database } from "#app/db/current.server.ts";
import { statement } from "#app/db/statement.server.ts";
import * as magicRoute from "#app/routes/auth/magic-link/route.tsx";
import * as signInRoute from "#app/routes/auth/password/sign-in.tsx";
import { Browser, signedUp, whileSyncing } from "#tests/loaders/browser.ts";
import { atStack } from "#tests/loaders/stack-users.ts";
import { stack, stackRequests, standIn } from "#tests/setup/stack.ts";
import { expireCodes, type MailedLink, mailedLinkTo, refusalOf, seenOf } from "./mailed-codes.ts";

const log = vi.spyOn(console, "error").mockReturnValue();
afterEach(() => log.mockClear());

function send(browser: Browser, email: string, path = "/magic-link"): Promise<Response> {
  return browser.post(magicRoute.action, path, { email });
}

/** Asks for a link. @returns it, and the code in the same mail that can be typed */
async function sentTo(browser: Browser, email: string): Promise<MailedLink & { typed: string }> {
  expect(await send(browser, email)).toRedirectTo("/magic-link?done=sent");
  const link = await mailedLinkTo(email, "/magic-link");
  return { ...link, typed: link.subject.slice(-6) };
}

/** Presses the button of the page that a link opens. */
function press(browser: Browser, path: string): Promise<Response> {
  return browser.post(magicRoute.action, path, {});
}

function type(browser: Browser, code: string, path = "/magic-link?done=sent"): Promise<Response> {
  return browser.post(magicRoute.action, path, { code });
}

async function viewOf(browser: Browser): Promise<string> {
  return (await browser.todosPage()).data.view;
}

/** Whether the sign-in page offers mailed links, on a server that has just read Stack's settings. */
async function isOffered(): Promise<boolean> {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 6 * 60_000 });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const signInPage = () => new Browser().load(signInRoute.loader, "/sign-in");
  await signInPage();
  await vi.waitUntil(() => stackRequests.includes("GET /api/v1/projects/current"));
  return z.object({ magicLinks: z.boolean() }).parse(await (await signInPage()).json()).magicLinks;
}

/** A user with a password and a verified address whose profile does not reach users_sync. */
function verified(email: string) {
  const flags = { primary_email_verified: true, primary_email_auth_enabled: true };
  return atStack.create({ primary_email: email, password: "correct horse", ...flags });
}

async function hasProfile(email: string): Promise<boolean> {
  const profile = sql`select exists (select from neon_auth.users_sync where email = ${email}::text)`;
  const [row] = await database().query(statement(z.object({ exists: z.boolean() }), profile));
  return row?.exists ?? false;
}

test("a new user signs up by the mailed link, even in another browser, and the sign-in waits for the profile", async () => {
  const { path } = await sentTo(new Browser(), "new@example.com");
  const phone = new Browser();
  await whileSyncing(1_000, async () => {
    expect(await press(phone, path)).toRedirectTo("/");
    expect(await hasProfile("new@example.com")).toBe(true);
  });
  const { data } = await phone.todosPage();
  expect(data.viewer.email).toBe("new@example.com");
});

test("an existing user signs in without waiting for a profile", async () => {
  await verified("old@example.com");
  const browser = new Browser();
  const { path } = await sentTo(browser, "old@example.com");
  const startedAt = performance.now();
  expect(await press(browser, path)).toRedirectTo("/");
  expect(performance.now() - startedAt).toBeLessThan(1_500);
  expect(await viewOf(browser)).toBe("list");
});

test.each([
  ["as it is in the mail", (code: string) => code],
  ["in lower case", (code: string) => code.toLowerCase()],
  ["with spaces", (code: string) => ` ${code.slice(0, 3)} ${code.slice(3)}\u00a0`],
  ["with a hyphen", (code: string) => `${code.slice(0, 3)}-${code.slice(3)}`],
])("the code of the mail, typed %s, signs in, and the link is never opened", async (_, as) => {
  const email = `${crypto.randomUUID()}@example.com`;
  await verified(email);
  const browser = new Browser();
  const { typed } = await sentTo(browser, email);
  expect(await type(browser, as(typed))).toRedirectTo("/");
  expect(await viewOf(browser)).toBe("list");
});

test("scripts cannot read what the browser keeps until then, which lasts as long as the code", async () => {
  const browser = new Browser();
  const answer = await send(browser, "cookie@example.com");
  const [cookie = ""] = answer.headers.getSetCookie();
  expect(cookie).toMatch(/^todos-magic-link-3000=/);
  for (const flag of ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=604800"]) {
    expect(cookie.split("; ")).toContain(flag);
  }
  await verified("cookie@example.com");
  const { path } = await mailedLinkTo("cookie@example.com", "/magic-link");
  await press(browser, path);
  expect(browser.cookie).toMatch(/^todos-session-3000=[^;]*$/);
});

test("no page and no header shows the code or the nonce", async () => {
  const browser = new Browser();
  const answer = await send(browser, "secret@example.com");
  const { path, code } = await mailedLinkTo("secret@example.com", "/magic-link");
  const seen = [
    await seenOf(answer),
    await seenOf(await browser.load(magicRoute.loader, "/magic-link?done=sent")),
    await seenOf(await browser.load(magicRoute.loader, path)),
    await seenOf(await type(browser, "000000")),
    await seenOf(await press(browser, path.replace(/.$/, "_"))),
    await seenOf(await press(browser, path)),
  ];
  for (const secret of [code.slice(6), code.slice(0, 6), code.slice(0, 6).toUpperCase()]) {
    expect(seen.join()).not.toContain(secret);
  }
});

test("a cookie without our signature is ignored", async () => {
  const browser = new Browser();
  const { typed } = await sentTo(browser, "tampered@example.com");
  browser.cookie = browser.cookie.replace(/\.[^.]*$/, "");
  expect(await refusalOf(await type(browser, typed))).toMatchObject({
    status: 400,
    errors: { form: expect.stringContaining("Send a new one") },
  });
});

test("only the browser that asked for the mail sees where it went", async () => {
  const browser = new Browser();
  await sentTo(browser, "went@example.com");
  const path = "/magic-link?done=sent&redirectTo=/stats";
  const page = await browser.load(magicRoute.loader, path);
  const common = { redirectTo: "/stats", wasDeleted: false };
  expect(await page.json()).toEqual({ ...common, step: { is: "sent", email: "went@example.com" } });
  const another = "/magic-link?redirectTo=/stats";
  for (const [where, what] of [
    [new Browser(), path],
    [browser, another],
  ] as const) {
    const answer = await where.load(magicRoute.loader, what);
    expect(await answer.json()).toEqual({ ...common, step: { is: "address wanted" } });
  }
});

test("opening the link, however often, does not ask Stack, and it works afterward", async () => {
  const browser = new Browser();
  const { path } = await sentTo(browser, "opened@example.com");
  stackRequests.length = 0;
  for (const _ of [1, 2]) {
    const page = await new Browser().load(magicRoute.loader, path);
    expect(await page.json()).toMatchObject({ step: { is: "link opened" } });
    expect(page.headers.get("Cache-Control")).toBe("no-store");
  }
  expect(stackRequests).toEqual([]);
  expect(await press(browser, path)).toRedirectTo("/");
});

test("the link and the code both lead to where the user was heading, on this site only", async () => {
  await verified("heading@example.com");
  const browser = new Browser();
  const sent = await send(browser, "HEADING@example.com", "/magic-link?redirectTo=/stats");
  expect(sent).toRedirectTo("/magic-link?done=sent&redirectTo=%2Fstats");
  const { path, subject, code, to } = await mailedLinkTo("heading@example.com", "/magic-link");
  expect(to).toBe("heading@example.com");
  expect(path).toBe(`/magic-link?redirectTo=%2Fstats&code=${code}`);
  const typed = await type(browser, subject.slice(-6), "/magic-link?done=sent&redirectTo=/stats");
  expect(typed).toRedirectTo("/stats");

  await send(browser, "heading@example.com");
  const { code: next } = await mailedLinkTo("heading@example.com", "/magic-link");
  expect(await press(browser, `/magic-link?redirectTo=//evil.example&code=${next}`)).toRedirectTo("/");
});

test("the mail leads to this site, whatever host the request named", async () => {
  const body = new URLSearchParams({ email: "host@example.com" });
  const request = new Request("http://evil.example/magic-link", { method: "POST", body });
  expect(await new Browser().send(magicRoute.action, request)).toRedirectTo("/magic-link?done=sent");
  await mailedLinkTo("host@example.com", "/magic-link");
});

test("a signed-in user goes where they were heading, and the link is not used up", async () => {
  const { path } = await sentTo(new Browser(), "other@example.com");
  const bob = await signedUp("bob@example.com");
  expect(await bob.load(magicRoute.loader, `${path}&redirectTo=/stats`)).toRedirectTo("/stats");
  expect(await press(new Browser(), path)).toRedirectTo("/");
});

interface RefusedSending {
  what: string;
  email?: string;
  given?: () => unknown;
  field: string;
  words: string;
}
const refusedSendings: RefusedSending[] = [
  { what: "no address", email: "", field: "email", words: "Enter" },
  { what: "half an address", email: "bob@", field: "email", words: "valid email" },
  { what: "an address that Stack finds malformed", email: "bob@x.c", field: "email", words: "valid email" },
  {
    what: "an unverified address with a password",
    email: "unverified@example.com",
    given: () => signedUp("unverified@example.com"),
    field: "email",
    words: "Sign in with your password",
  },
  {
    what: "an unknown address where sign-up is off",
    given: () => {
      standIn.settings.allowsSignUp = false;
    },
    field: "email",
    words: "You can't create new accounts",
  },
  {
    what: "any address where magic links are off",
    given: () => {
      standIn.settings.allowsMagicLinks = false;
    },
    field: "form",
    words: "turned off",
  },
  {
    what: "any address where Stack does not trust this site",
    given: () => {
      const answer = () =>
        new HttpResponse("{}", { headers: { "x-stack-known-error": "REDIRECT_URL_NOT_WHITELISTED" } });
      stack.use(http.post("http://stack.test/api/v1/auth/otp/send-sign-in-code", answer));
    },
    field: "form",
    words: "doesn't know this site",
  },
];
test.each(refusedSendings)("asking for a link with $what is refused with a sentence", async (refused) => {
  const { email = "refused@example.com", given, field, words } = refused;
  await given?.();
  const browser = new Browser();
  expect(await refusalOf(await send(browser, email))).toEqual({
    status: 400,
    errors: { [field]: expect.stringContaining(words) },
    typed: { email },
  });
  expect(browser.cookie).toBe("");
});

interface BadCode {
  what: string;
  /** Makes a good code unusable. */
  spoil: (browser: Browser, link: MailedLink) => unknown;
  words: string;
}
const badCodes: BadCode[] = [
  { what: "used", spoil: (_, { path }) => press(new Browser(), path), words: "already been used" },
  { what: "expired", spoil: expireCodes, words: "expired" },
  {
    what: "worn out",
    spoil: async (browser) => {
      for (let tries = 1; tries <= 20; tries++) await type(browser, "000000");
    },
    words: "too",
  },
];
test.each(badCodes)("a code that is $what is refused with a sentence, typed and by its link", async (bad) => {
  const browser = new Browser();
  const link = await sentTo(browser, `${bad.what.replace(" ", "-")}@example.com`);
  await bad.spoil(browser, link);
  const { cookie } = browser;
  const refusal = expect.stringContaining(bad.words);
  const typed = await refusalOf(await type(browser, link.typed));
  expect(typed).toEqual({ status: 400, errors: { code: refusal }, typed: {} });
  const opened = await refusalOf(await press(browser, link.path));
  expect(opened).toEqual({ status: 400, errors: { form: refusal }, typed: {} });
  expect(browser.cookie).toBe(cookie);
});

test("a link does not bypass a password that was set meanwhile without verifying the address", async () => {
  const { path } = await sentTo(new Browser(), "meanwhile@example.com");
  await signedUp("meanwhile@example.com");
  const refused = await refusalOf(await press(new Browser(), path));
  expect(refused).toMatchObject({
    status: 400,
    errors: { form: expect.stringContaining("Sign in with your password") },
  });
});

test.each([
  ["wrong", "000000", "Check it"],
  ["too short", "00000", "6 letters and digits"],
  ["no code", "Ünicöd", "6 letters and digits"],
  ["missing", " ", "Enter the code"],
])("a typed code that is %s is refused beside the field", async (_, code, words) => {
  const browser = new Browser();
  await sentTo(browser, "typist@example.com");
  expect(await refusalOf(await type(browser, code))).toEqual({
    status: 400,
    errors: { code: expect.stringContaining(words) },
    typed: {},
  });
});

test("the sign-in page offers mailed links, unless they are off at Stack", async () => {
  expect(await isOffered()).toBe(true);
  standIn.settings.allowsMagicLinks = false;
  stackRequests.length = 0;
  await vi.waitFor(async () => expect(await isOffered()).toBe(false));
});

test.each([
  ["unknown", "a".repeat(45), "doesn't work"],
  ["damaged", "a".repeat(40), "doesn't work"],
  ["garbage", "%00'", "doesn't work"],
])("a link whose code is %s is refused with a sentence", async (_, code, words) => {
  expect(await refusalOf(await press(new Browser(), `/magic-link?code=${code}`))).toEqual({
    status: 400,
    errors: { form: expect.stringContaining(words) },
    typed: {},
  });
});

test("after a second mail the first link still works, but its code is no longer the newest", async () => {
  await verified("twice@example.com");
  const browser = new Browser();
  const first = await sentTo(browser, "twice@example.com");
  const second = await sentTo(browser, "twice@example.com");
  expect((await refusalOf(await type(browser, first.typed))).errors.code).toContain("latest email");
  expect(await type(browser, second.typed)).toRedirectTo("/");
  expect(await press(new Browser(), first.path)).toRedirectTo("/");
});

test("a user with a second factor is told so", async () => {
  const answer = () => {
    return new HttpResponse("{}", {
      status: 400,
      headers: { "x-stack-known-error": "MULTI_FACTOR_AUTHENTICATION_REQUIRED" },
    });
  };
  stack.use(http.post("http://stack.test/api/v1/auth/otp/sign-in", answer));
  const refused = await refusalOf(await press(new Browser(), `/magic-link?code=${"a".repeat(45)}`));
  expect(refused).toMatchObject({ status: 400, errors: { form: expect.stringContaining("second factor") } });
});

test("a body that is not a form is refused", async () => {
  const request = new Request("http://localhost:3000/magic-link", { method: "POST", body: "{}" });
  expect((await new Browser().send(magicRoute.action, request)).status).toBe(400);
});
