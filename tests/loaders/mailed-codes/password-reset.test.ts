import { HttpResponse, http } from "msw";
import { afterEach, expect, test, vi } from "vitest";
import * as forgotRoute from "#app/routes/auth/password/forgot-password.tsx";
import * as resetRoute from "#app/routes/auth/password/reset-password.tsx";
import { Browser, signedUp } from "#tests/loaders/browser.ts";
import { stack, stackRequests, standIn } from "#tests/setup/stack.ts";
import { expireCodes, type MailedLink, mailedLinkTo, refusalOf, seenOf } from "./mailed-codes.ts";

const sendingPath = "/api/v1/auth/password/send-reset-code";
const newPassword = "battery staple";

const log = vi.spyOn(console, "error").mockReturnValue();
afterEach(() => {
  log.mockClear();
  vi.useRealTimers();
});

function forgot(email: string, path = "/forgot-password"): Promise<Response> {
  return new Browser().post(forgotRoute.action, path, { email });
}

/** The link mailed for a forgotten password. */
async function linkOf(email: string): Promise<MailedLink> {
  expect(await forgot(email)).toRedirectTo("/forgot-password?done=sent");
  return mailedLinkTo(email, "/reset-password");
}

function reset(path: string, password = newPassword, browser = new Browser()): Promise<Response> {
  return browser.post(resetRoute.action, path, { password });
}

test("the mailed link sets a new password, which signs in", async () => {
  await signedUp("bob@example.com");
  const { path } = await linkOf("bob@example.com");
  expect(await reset(path)).toRedirectTo("/sign-in?done=password-reset");
  const browser = new Browser();
  expect((await browser.signIn({ email: "bob@example.com", password: "correct horse" })).status).toBe(400);
  expect(await browser.signIn({ email: "bob@example.com", password: newPassword })).toRedirectTo("/");
});

test("asking for an email tells nothing about whether there is an account", async () => {
  await signedUp("known@example.com");
  const answers = [await forgot("known@example.com"), await forgot("unknown@example.com")];
  const seen = await Promise.all(answers.map(seenOf));
  expect(seen[0]).toBe(seen[1]);
  expect(answers.flatMap((answer) => answer.headers.getSetCookie())).toEqual([]);
  await mailedLinkTo("known@example.com", "/reset-password");
  expect(await standIn.mails("unknown@example.com")).toEqual([]);
});

test("the answer does not wait for Stack to handle the address", async () => {
  let answer = () => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  stack.use(
    http.post(`http://stack.test${sendingPath}`, async () => {
      await answered;
      return HttpResponse.json({ success: "maybe" });
    }),
  );
  expect(await forgot("slow@example.com")).toRedirectTo("/forgot-password?done=sent");
  answer();
});

test.each([
  ["an error", () => new HttpResponse(null, { status: 500 }), "answered with 500"],
  [
    "a refusal of this site",
    () => new HttpResponse("{}", { headers: { "x-stack-known-error": "REDIRECT_URL_NOT_WHITELISTED" } }),
    "add it to the trusted domains",
  ],
])("%s from Stack that only a known address causes is only logged", async (_, answer, words) => {
  stack.use(http.post(`http://stack.test${sendingPath}`, answer));
  expect(await forgot("faulty@example.com")).toRedirectTo("/forgot-password?done=sent");
  await vi.waitFor(() => expect(log).toHaveBeenCalledOnce(), { interval: 5 });
  expect(log.mock.calls[0]?.[0]).toContain(words);
  expect(log.mock.calls[0]?.[0]).not.toContain("faulty");
});

test("an address in capitals and with spaces around is the same address", async () => {
  await signedUp("case@example.com");
  await forgot(" CASE@Example.com ");
  const { to } = await mailedLinkTo("case@example.com", "/reset-password");
  expect(to).toBe("case@example.com");
});

test("the mail leads to this site, whatever host the request named, and on to where the user was heading", async () => {
  await signedUp("heading@example.com");
  const body = new URLSearchParams({ email: "heading@example.com" });
  const request = new Request("http://evil.example/forgot-password?redirectTo=/stats", {
    method: "POST",
    headers: { Host: "evil.example" },
    body,
  });
  expect(await new Browser().send(forgotRoute.action, request)).toRedirectTo(
    "/forgot-password?done=sent&redirectTo=%2Fstats",
  );
  const { path } = await mailedLinkTo("heading@example.com", "/reset-password");
  expect(path).toMatch(/^\/reset-password\?redirectTo=%2Fstats&code=[0-9a-z]{45}$/);
  expect(await reset(path)).toRedirectTo("/sign-in?done=password-reset&redirectTo=%2Fstats");
});

test("a link leads to no other site", async () => {
  await signedUp("elsewhere@example.com");
  const { code } = await linkOf("elsewhere@example.com");
  const path = `/reset-password?redirectTo=//evil.example&code=${code}`;
  const page = await new Browser().load(resetRoute.loader, path);
  expect(await page.json()).toEqual({ redirectTo: "/", hasCode: true, isOffered: true });
  expect(await reset(path)).toRedirectTo("/sign-in?done=password-reset");
});

test.each([
  ["", "Enter"],
  ["bob@", "valid email"],
])("the address %j is refused beside the field, and Stack is not asked", async (email, words) => {
  const refused = await refusalOf(await forgot(email));
  expect(refused).toMatchObject({ status: 400, errors: { email: expect.stringContaining(words) } });
  expect(refused.typed).toEqual({ email });
  expect(stackRequests).toEqual([]);
});

test("opening the link, however often, does not ask Stack, and shows no code", async () => {
  await signedUp("scanned@example.com");
  const { path, code } = await linkOf("scanned@example.com");
  stackRequests.length = 0;
  for (const _ of [1, 2]) {
    const page = await new Browser().load(resetRoute.loader, path);
    expect(page.status).toBe(200);
    expect(page.headers.get("Cache-Control")).toBe("no-store");
    expect(await seenOf(page)).not.toContain(code);
  }
  expect(stackRequests).toEqual([]);
  expect(await reset(path)).toRedirectTo("/sign-in?done=password-reset");
});

test.each([
  ["", "Enter"],
  ["1234567", "8"],
  ["x".repeat(71), "70"],
])("the new password %j is refused beside the field, and does not use up the code", async (password, words) => {
  const email = `${crypto.randomUUID()}@example.com`;
  await signedUp(email);
  const { path } = await linkOf(email);
  stackRequests.length = 0;
  expect(await refusalOf(await reset(path, password))).toEqual({
    status: 400,
    errors: { password: expect.stringContaining(words) },
    typed: {},
  });
  expect(stackRequests).toEqual([]);
  expect(await reset(path)).toRedirectTo("/sign-in?done=password-reset");
});

interface BadLink {
  link: string;
  words: string;
  /** @returns the path of the link that does not work */
  spoil: (path: string) => string | Promise<string>;
}
const badLinks: BadLink[] = [
  {
    link: "a used",
    words: "already been used",
    spoil: async (path) => {
      await reset(path);
      return path;
    },
  },
  {
    link: "an expired",
    words: "expired",
    spoil: async (path) => {
      await expireCodes();
      return path;
    },
  },
  { link: "a wrong", words: "doesn't work", spoil: (path) => path.replace(/code=./, "code=_") },
  { link: "an unknown", words: "doesn't work", spoil: (path) => `${path.slice(0, -45)}${"a".repeat(45)}` },
  { link: "a damaged", words: "doesn't work", spoil: (path) => path.slice(0, -3) },
  { link: "no", words: "doesn't work", spoil: () => "/reset-password" },
];
test.each(badLinks)("$link link is refused with a sentence that says what to do", async ({
  words,
  spoil,
}) => {
  const email = `${crypto.randomUUID()}@example.com`;
  const owner = await signedUp(email);
  const path = await spoil((await linkOf(email)).path);
  const answer = await reset(path, newPassword, owner);
  const seen = await seenOf(answer);
  expect(await refusalOf(answer)).toEqual({
    status: 400,
    errors: { form: expect.stringContaining(words) },
    typed: {},
  });
  for (const secret of [newPassword, new URLSearchParams(path).get("code")]) {
    if (secret) expect(seen).not.toContain(secret);
  }
  expect((await owner.todosPage()).data.view).toBe("list");
});

test("where passwords are turned off, both pages say so", async () => {
  await signedUp("off@example.com");
  const { path } = await linkOf("off@example.com");
  standIn.settings.allowsPasswords = false;
  for (const answer of [await forgot("off@example.com"), await reset(path)]) {
    expect(await refusalOf(answer)).toMatchObject({
      status: 400,
      errors: { form: expect.stringContaining("turned off") },
    });
  }
});

test("without a code the page says to open a link", async () => {
  const page = await new Browser().load(resetRoute.loader, "/reset-password?redirectTo=/stats");
  expect(await page.json()).toEqual({ redirectTo: "/stats", hasCode: false, isOffered: true });
});

test("a reset signs this browser out at once, and every other one when its token expires", async () => {
  const email = "everywhere@example.com";
  const here = await signedUp(email);
  const elsewhere = new Browser();
  await elsewhere.signIn({ email, password: "correct horse" });
  const { path } = await linkOf(email);
  await reset(path, newPassword, here);
  expect(here.cookie).toBe("");
  expect((await elsewhere.todosPage()).data.view).toBe("list");
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 10 * 60_000 });
  expect((await elsewhere.todosPage()).data.view).toBe("landing");
  expect(elsewhere.cookie).toBe("");
});
