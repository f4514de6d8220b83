import { createHash } from "node:crypto";
import { afterEach, expect, test, vi } from "vitest";
import { loader as signInLoader } from "#app/routes/auth/password/sign-in.tsx";
import { signedUp } from "#tests/loaders/browser.ts";
import { allProfiles } from "#tests/loaders/stack-users.ts";
import { stackRequests, standIn } from "#tests/setup/stack.ts";
import { type Account, atProvider, OAuthBrowser } from "./oauth-browser.ts";

const doug = { email: "doug@example.com", name: "Doug" };
const minuteMs = 60_000;
const signInAnswer = new Response(null, { headers: { Location: "/sign-in" } });

const log = vi.spyOn(console, "error").mockReturnValue();
afterEach(() => {
  vi.useRealTimers();
  log.mockClear();
});

/** A new account at a provider. */
function newAccount(): Account {
  return { email: `${crypto.randomUUID()}@example.com`, name: "Bob" };
}

/** Lets time pass for the app. Stack and Postgres have clocks of their own. */
function pass(ms: number): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });
}

/** The flows that a browser keeps. */
function flowsIn({ cookie }: OAuthBrowser): string[] {
  return cookie.split("; ").filter((each) => each.startsWith("todos-oauth-"));
}

test("a new user signs in through GitHub, and is in the list by name", async () => {
  const browser = new OAuthBrowser();
  expect(await browser.signInThrough("github", doug)).toRedirectTo("/");
  expect(flowsIn(browser)).toEqual([]);
  await browser.change({ intent: "add", task: "x" });
  const { data } = await browser.todosPage();
  expect(data.viewer.email).toBe(doug.email);
  expect(data.team.shown).toMatchObject([{ email: doug.email, name: "Doug" }]);
});

test("a new user's profile arrives before the first page", async () => {
  const account = newAccount();
  const browser = new OAuthBrowser();
  const back = await atProvider(await browser.start(), account);
  expect(await browser.comeBack(back, "github", 200)).toRedirectTo("/");
  const profiles = (await allProfiles()).filter(({ user }) => user.primary_email === account.email);
  expect(profiles).toMatchObject([{ name: "Bob" }]);
});

test("a user who comes again, in another browser, has the same account", async () => {
  const account = newAccount();
  const first = new OAuthBrowser();
  await first.signInThrough("google", account);
  const again = new OAuthBrowser();
  expect(await again.signInThrough("google", account)).toRedirectTo("/");
  expect((await again.todosPage()).data.viewer.id).toBe((await first.todosPage()).data.viewer.id);
});

test("the browser is sent to Stack with a state and a challenge, but no secret", async () => {
  const browser = new OAuthBrowser();
  const answer = await browser.start("github");
  expect(answer.status).toBe(303);
  expect(answer.headers.get("Cache-Control")).toBe("no-store");
  const url = new URL(answer.headers.get("Location") ?? "");
  expect(url.origin + url.pathname).toBe("http://stack.test/api/v1/auth/oauth/authorize/github");
  const { state, code_challenge: challenge, ...rest } = Object.fromEntries(url.searchParams);
  expect(rest).toEqual({
    client_id: "6f1ff9d5-1b8a-4a2e-9f6f-6c7c2a8f5b10",
    client_secret: "pck_test",
    redirect_uri: "http://localhost:3000/auth/github/callback",
    scope: "legacy",
    grant_type: "authorization_code",
    response_type: "code",
    code_challenge_method: "S256",
  });
  const [value = ""] = flowsIn(browser).map((cookie) => decodeURIComponent(cookie.replace(/^[^=]*=/, "")));
  const flow = JSON.parse(Buffer.from(value.split(".")[0] ?? "", "base64").toString());
  expect(flow).toMatchObject({ provider: "github", state, redirectTo: "/" });
  expect(createHash("sha256").update(flow.codeVerifier).digest("base64url")).toBe(challenge);
  expect(url.href).not.toContain(flow.codeVerifier);
});

test("scripts and other sites' forms cannot use a flow's cookie", async () => {
  const [cookie = ""] = (await new OAuthBrowser().start()).headers.getSetCookie();
  expect(cookie).toMatch(/^todos-oauth-[\w-]{8}-3000=/);
  expect(cookie.split("; ")).toEqual(expect.arrayContaining(["HttpOnly", "SameSite=Lax", "Path=/"]));
});

test.each([
  ["a filtered list", "/?show=active&q=milk", "/?show=active&q=milk"],
  ["another site", "https://evil.example/", "/"],
  ["another site by two slashes", "//evil.example", "/"],
  ["another site by a backslash", "/\\evil.example", "/"],
  ["a path that is too long for a cookie", `/?q=${"x".repeat(1_000)}`, "/"],
])("a user heading for %s gets to a page of this site", async (_, wanted, target) => {
  const query = `?redirectTo=${encodeURIComponent(wanted)}`;
  expect(await new OAuthBrowser().signInThrough("github", newAccount(), query)).toRedirectTo(target);
});

test("sign-ins started in several tabs at once all succeed", async () => {
  const browser = new OAuthBrowser();
  const [one, other] = await Promise.all([
    browser.start("github", "?redirectTo=/one"),
    browser.start("google", "?redirectTo=/other"),
  ]);
  const back = await atProvider(one, newAccount());
  expect(await browser.comeBack(await atProvider(other, newAccount()), "google")).toRedirectTo("/other");
  expect(await browser.comeBack(back)).toRedirectTo("/one");
  expect(flowsIn(browser)).toEqual([]);
});

test("a browser keeps five flows, the latest", async () => {
  const browser = new OAuthBrowser();
  const answers: Response[] = [];
  for (let n = 0; n < 7; n++) {
    pass(1_000);
    answers.push(await browser.start("github", `?redirectTo=/${n}`));
  }
  vi.useRealTimers();
  expect(flowsIn(browser)).toHaveLength(5);
  const ends = [];
  for (const answer of answers) {
    const ended = await browser.comeBack(await atProvider(answer, newAccount()));
    ends.push(ended.headers.get("Location"));
  }
  expect(ends).toEqual([
    "/sign-in?problem=unknown",
    "/sign-in?problem=unknown",
    "/2",
    "/3",
    "/4",
    "/5",
    "/6",
  ]);
});

test("a signed-in user goes where they were heading", async () => {
  const browser = new OAuthBrowser();
  browser.cookie = (await signedUp("here@example.com")).cookie;
  expect(await browser.start("github", "?redirectTo=/stats")).toRedirectTo("/stats");
  expect(flowsIn(browser)).toEqual([]);
});

test("a user who cancels at the provider is told so, and can start again", async () => {
  const browser = new OAuthBrowser();
  const answer = await browser.start("github", "?redirectTo=/stats");
  const cancelled = await browser.comeBack(await atProvider(answer, undefined));
  expect(cancelled).toRedirectTo("/sign-in?problem=denied&redirectTo=%2Fstats");
  expect(await browser.signInPage(cancelled)).toMatchObject({
    redirectTo: "/stats",
    problem: expect.stringContaining("You didn't allow the sign-in."),
    providers: [
      { id: "github", name: "GitHub" },
      { id: "google", name: "Google" },
    ],
  });
});

test("a user whose address belongs to an unverified account is told to verify it first", async () => {
  await signedUp("unverified@example.com");
  const browser = new OAuthBrowser();
  const refused = await browser.signInThrough("github", { email: "unverified@example.com" });
  expect(refused).toRedirectTo("/sign-in?problem=unverified");
  expect((await browser.signInPage(refused)).problem).toContain("Sign in as before and verify it");
  expect((await browser.todosPage()).data.view).toBe("landing");
});

test("where sign-up is off, new users do not get in", async () => {
  standIn.settings.allowsSignUp = false;
  const browser = new OAuthBrowser();
  const refused = await browser.signInThrough("github", newAccount());
  expect(refused).toRedirectTo("/sign-in?problem=closed");
  expect((await browser.signInPage(refused)).problem).toContain("You can't create new accounts here");
});

test("a user who takes longer than 10 minutes starts again", async () => {
  const browser = new OAuthBrowser();
  const back = await atProvider(await browser.start("github", "?redirectTo=/stats"), newAccount());
  pass(11 * minuteMs);
  stackRequests.length = 0;
  const refused = await browser.comeBack(back);
  expect(refused).toRedirectTo("/sign-in?problem=expired&redirectTo=%2Fstats");
  expect((await browser.signInPage(refused)).problem).toContain("longer than 10 minutes");
  expect(stackRequests).not.toContain("POST /api/v1/auth/oauth/token");
});

test.each([
  ["OUTER_OAUTH_TIMEOUT", "expired", "longer than 10 minutes"],
  ["OAUTH_PROVIDER_TEMPORARILY_UNAVAILABLE", "unavailable", "Try again in a moment"],
  ["MULTI_FACTOR_AUTHENTICATION_REQUIRED", "second-factor", "needs a second factor"],
  ["SOMETHING_NEW", "failed", "didn't accept that"],
  ["toString", "failed", "didn't accept that"],
])("the error %s becomes a sentence of ours", async (errorCode, problem, words) => {
  const browser = new OAuthBrowser();
  const refused = await browser.comeBack(callbackPath({ error: "server_error", errorCode }));
  expect(refused).toRedirectTo(`/sign-in?problem=${problem}`);
  expect((await browser.signInPage(refused)).problem).toContain(words);
});

test("an error, which anyone can make up, changes nothing, and its own text is not shown", async () => {
  const browser = new OAuthBrowser();
  browser.cookie = (await signedUp("steady@example.com")).cookie;
  const unfinished = new OAuthBrowser();
  await unfinished.start();
  browser.cookie = [browser.cookie, ...flowsIn(unfinished)].join("; ");
  const { cookie } = browser;
  const message = "Call doug@example.com";
  const answer = await browser.comeBack(
    callbackPath({ error: "server_error", errorCode: "SOMETHING_NEW", error_description: message, message }),
  );
  expect(answer).toRedirectTo("/sign-in?problem=failed");
  expect(answer.headers.getSetCookie()).toEqual([]);
  expect(browser.cookie).toBe(cookie);
  await browser.comeBack(callbackPath({ error: "server_error", errorCode: message }));
  expect(log.mock.calls).toEqual([
    ["An OAuth sign-in: The provider refused: no known error"],
    ["An OAuth sign-in: The provider refused: no known error"],
  ]);
});

test("a problem that is made up is not shown", async () => {
  const page = await new OAuthBrowser().signInPage(
    new Response(null, { headers: { Location: "/sign-in?problem=Call+doug" } }),
  );
  expect(page.problem).toBeUndefined();
});

test("an answer that is opened again redirects signed-in users, and explains itself to others", async () => {
  const browser = new OAuthBrowser();
  const back = await atProvider(await browser.start(), newAccount());
  expect(await browser.comeBack(back)).toRedirectTo("/");
  const { cookie } = browser;
  const again = await browser.comeBack(back);
  expect(again).toRedirectTo("/sign-in?problem=unknown");
  expect(await browser.load(signInLoader, "/sign-in?problem=unknown")).toRedirectTo("/");
  expect(browser.cookie).toBe(cookie);

  const signedOut = new OAuthBrowser();
  const refused = await signedOut.comeBack(back);
  expect((await signedOut.signInPage(refused)).problem).toContain("started in another browser");
  expect(signedOut.cookie).toBe("");
});

test("a code works once, even in the browser that it was made for", async () => {
  const browser = new OAuthBrowser();
  const back = await atProvider(await browser.start("github", "?redirectTo=/stats"), newAccount());
  const { cookie } = browser;
  expect(await browser.comeBack(back)).toRedirectTo("/stats");
  browser.cookie = cookie;
  expect(await browser.comeBack(back)).toRedirectTo("/sign-in?problem=unknown&redirectTo=%2Fstats");
  expect((await browser.todosPage()).data.view).toBe("landing");
});

interface MixUp {
  which: string;
  /** What an attacker makes the victim's browser open, from an answer that the attacker got. */
  path(back: URL, own: URL): string;
  provider?: string;
}
const mixUps: MixUp[] = [
  { which: "belongs to a sign-in of another browser", path: (back) => back.pathname + back.search },
  {
    which: "has no state",
    path(back) {
      back.searchParams.delete("state");
      return back.pathname + back.search;
    },
  },
  {
    which: "has two states, one of them right",
    path: (back, own) => `${back.pathname}${back.search}&state=${own.searchParams.get("state")}`,
  },
  {
    which: "has the right state twice",
    path: (_, own) => `${own.pathname}${own.search}&state=${own.searchParams.get("state")}`,
  },
  {
    which: "comes to another provider's address",
    path: (_, own) => `/auth/google/callback${own.search}`,
    provider: "google",
  },
  {
    which: "has tokens in it",
    path: (_, own) => `${own.pathname}${own.search}&token=x`,
  },
  {
    which: "is said to be another server's",
    path: (_, own) => `${own.pathname}${own.search}&iss=https%3A%2F%2Fevil.example`,
  },
  {
    which: "has no code",
    path(_, own) {
      own.searchParams.delete("code");
      return own.pathname + own.search;
    },
  },
];
test.each(mixUps)("an answer that $which signs no user in", async ({ path, provider = "github" }) => {
  const attacker = new OAuthBrowser();
  const stolen = await atProvider(await attacker.start(), newAccount());
  const victim = new OAuthBrowser();
  const own = await atProvider(await victim.start(), newAccount());
  const { cookie } = victim;
  stackRequests.length = 0;
  const urls = [stolen, own].map((each) => new URL(each, "http://localhost:3000")) as [URL, URL];
  const refused = await victim.comeBack(path(...urls), provider);
  expect(refused).toRedirectTo("/sign-in?problem=unknown");
  expect(victim.cookie).toBe(cookie);
  expect(stackRequests).not.toContain("POST /api/v1/auth/oauth/token");
});

test("a code made for another flow is refused", async () => {
  const attacker = new OAuthBrowser();
  const stolen = new URL(await atProvider(await attacker.start(), newAccount()), "http://localhost:3000");
  const victim = new OAuthBrowser();
  const own = new URL(await atProvider(await victim.start(), newAccount()), "http://localhost:3000");
  own.searchParams.set("code", stolen.searchParams.get("code") ?? "");
  expect(await victim.comeBack(own.pathname + own.search)).toRedirectTo("/sign-in?problem=unknown");
  expect((await victim.todosPage()).data.view).toBe("landing");
});

test("a browser that comes back without any cookie is told that signing in needs one", async () => {
  const back = await atProvider(await new OAuthBrowser().start(), newAccount());
  const blocking = new OAuthBrowser();
  const answer = await blocking.peek(back, {});
  expect(answer).toRedirectTo("/sign-in?problem=cookies");
  expect((await blocking.signInPage(answer)).problem).toContain("Allow cookies for this site");
});

test("a flow's cookie without our signature is ignored", async () => {
  const browser = new OAuthBrowser();
  const back = await atProvider(await browser.start(), newAccount());
  browser.cookie = browser.cookie.replace(/\.[^.]*$/, "");
  expect(await browser.comeBack(back)).toRedirectTo("/sign-in?problem=unknown");
});

test.each([
  ["asks for no more than headers", { method: "HEAD" }, 405],
  ["looks ahead", { headers: { "Sec-Purpose": "prefetch;prerender" } }, 425],
  ["looks ahead the old way", { headers: { Purpose: "prefetch" } }, 425],
])("a browser that %s does not use the code up", async (_, init, status) => {
  const browser = new OAuthBrowser();
  const back = await atProvider(await browser.start(), newAccount());
  const { cookie } = browser;
  expect((await browser.peek(back, init)).status).toBe(status);
  expect(browser.cookie).toBe(cookie);
  expect(await browser.comeBack(back)).toRedirectTo("/");
});

test("a provider that is turned off soon has no link and no address here", async () => {
  const browser = new OAuthBrowser();
  standIn.settings.oauthProviders = ["google"];
  pass(6 * minuteMs);
  const providers = async () => (await browser.signInPage(signInAnswer)).providers;
  await vi.waitFor(async () => expect(await providers()).toEqual([{ id: "google", name: "Google" }]));
  const answer = await browser.start("github");
  expect(answer.status).toBe(404);
  expect(browser.cookie).toBe("");

  standIn.settings.oauthProviders = ["github", "google"];
  pass(6 * minuteMs);
  await vi.waitFor(async () => expect(await providers()).toHaveLength(2));
});

test.each([
  "nonsense",
  "GitHub",
  "..",
  "%2e%2e",
  "github/x",
  "",
])("there is no provider %j", async (provider) => {
  const browser = new OAuthBrowser();
  expect((await browser.start(provider)).status).toBe(404);
  const path = callbackPath({ code: "x", state: "y" }, provider);
  expect(await browser.comeBack(path, provider)).toRedirectTo("/sign-in?problem=unknown");
});

function callbackPath(query: Record<string, string>, provider = "github"): string {
  return `/auth/${provider}/callback?${new URLSearchParams(query)}`;
}
