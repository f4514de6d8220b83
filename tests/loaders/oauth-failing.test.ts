import { http, passthrough } from "msw";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import { environment } from "#app/platform/environment.server.ts";
import { type Failure, failures, knownError, startFailingStack } from "#tests/mocks/failing-stack.ts";
import { stack, standIn } from "#tests/setup/stack.ts";
import { atProvider, OAuthBrowser } from "./oauth-browser.ts";

const failing = await startFailingStack(standIn.handlers, environment().stack.apiUrl);
environment().stack.apiUrl = failing.origin;

const limitMs = 5_000;
const outages = Object.entries(failures);
const signInPage = new Response(null, { headers: { Location: "/sign-in" } });
const bothProviders = [
  { id: "github", name: "GitHub" },
  { id: "google", name: "Google" },
];

const log = vi.spyOn(console, "error").mockReturnValue();
beforeEach(() => {
  log.mockClear();
  // A reading of the list that has failed is not repeated for ten seconds, one that went well for five minutes.
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 6 * 60_000 });
  stack.use(http.all(`${failing.origin}/*`, () => passthrough()));
});
afterEach(async () => {
  await vi.waitFor(() => expect(failing.waiting()).toBe(0), { interval: 5, timeout: limitMs });
  failing.recover();
});
afterAll(async () => {
  vi.useRealTimers();
  await failing[Symbol.asyncDispose]();
});

/** How long something takes, in milliseconds, and what comes of it. */
async function timed<Result>(work: () => Promise<Result>): Promise<[Result, number]> {
  const startedAt = performance.now();
  return [await work(), performance.now() - startedAt];
}

function readings(): string[] {
  return failing.requests.filter((request) => request.endsWith("/projects/current"));
}

/** What a user sees while Stack has never said which providers there are. */
async function findNone(): Promise<void> {
  failing.requests.length = 0;
  const [pages, took] = await timed(() =>
    Promise.all([1, 2, 3].map(() => new OAuthBrowser().signInPage(signInPage))),
  );
  for (const page of pages) expect(page).toMatchObject({ redirectTo: "/", providers: [] });
  expect(took).toBeLessThan(2_500);
  const browser = new OAuthBrowser();
  const answer = await browser.start("github", "?redirectTo=/stats");
  expect(answer).toRedirectTo("/sign-in?problem=unavailable&redirectTo=%2Fstats");
  expect((await browser.signInPage(answer)).problem).toContain("can't be reached");
  expect(readings().length).toBeLessThan(2);
  await expectLine("Reading the OAuth providers: ");
}

/** One line in the log, when the reading or the exchange has ended. */
async function expectLine(beginning: string): Promise<void> {
  const line = [expect.stringMatching(`^${beginning}[^\n]{0,300}$`)];
  await vi.waitFor(() => expect(log.mock.calls).toEqual([line]), { interval: 5, timeout: limitMs });
}

// In this order: a process that has read the list once keeps it.
test.each(
  outages,
)("while a Stack %s that has named no provider yet, pages work without their links", async (_, f) => {
  failing.fail(f);
  await findNone();
});

test("while a Stack refuses connections that has named no provider yet, pages work without their links", async () => {
  await failing.refuse();
  await findNone().finally(() => failing.accept());
});

test("a wrong key of ours is in the log, and pages work without the providers' links", async () => {
  failing.fail(knownError("INVALID_PUBLISHABLE_CLIENT_KEY", 401, { project_id: "x" }));
  await findNone();
  expect(String(log.mock.calls)).toContain("INVALID_PUBLISHABLE_CLIENT_KEY");
});

test("ids of providers that cannot be part of a URL are left out", async () => {
  const ids = ["spotify", "a/b", "", "..", "<x>", "x".repeat(41), "x", "constructor"];
  failing.fail((_, response) => {
    const config = { enabled_oauth_providers: ids.map((id) => ({ id })) };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ config }));
  });
  expect((await new OAuthBrowser().signInPage(signInPage)).providers).toEqual([
    { id: "spotify", name: "Spotify" },
    { id: "x", name: "X" },
    { id: "constructor", name: "Constructor" },
  ]);
});

test("an old list goes on being used while a new one is read, once for all", async () => {
  failing.fail(() => {});
  failing.requests.length = 0;
  const [pages, took] = await timed(() =>
    Promise.all([1, 2, 3].map(() => new OAuthBrowser().signInPage(signInPage))),
  );
  for (const { providers } of pages) expect(providers).toHaveLength(3);
  expect(took).toBeLessThan(900);
  await expectLine("Reading the OAuth providers: Stack took longer than 3000 ms");
  expect(readings()).toEqual(["GET /api/v1/projects/current"]);
});

test("the list is read anew when Stack is well again", async () => {
  const providers = async () => (await new OAuthBrowser().signInPage(signInPage)).providers;
  await vi.waitFor(async () => expect(await providers()).toEqual(bothProviders));
});

/** What a user sees who comes back while Stack cannot exchange the code. */
async function comeBackInVain(startFailing: () => void | Promise<void>, mend: () => void | Promise<void>) {
  const browser = new OAuthBrowser();
  await browser.signInPage(signInPage);
  const email = `${crypto.randomUUID()}@example.com`;
  const back = await atProvider(await browser.start("github", "?redirectTo=/stats"), { email });
  const { cookie } = browser;
  await startFailing();
  failing.requests.length = 0;
  const [answer, took] = await timed(() => browser.comeBack(back));
  expect(answer).toRedirectTo("/sign-in?problem=unavailable&redirectTo=%2Fstats");
  expect(took).toBeLessThan(limitMs);
  expect(browser.cookie).toBe(cookie);
  expect(failing.requests.length).toBeLessThan(2);
  await expectLine("An OAuth sign-in: ");
  for (const secret of [email, new URL(back, "http://x").searchParams.get("code"), "eyJh"])
    expect(String(log.mock.calls)).not.toContain(secret);

  await mend();
  expect(await browser.comeBack(back)).toRedirectTo("/stats");
}

test.each(outages)(
  "a user who comes back to a Stack that %s is told so, and can try again with the same code",
  (_, failure: Failure) =>
    comeBackInVain(
      () => failing.fail(failure, "/oauth/token"),
      () => failing.recover(),
    ),
  10_000,
);

test("a user who comes back while Stack refuses connections is told so, and can try again", () =>
  comeBackInVain(
    () => failing.refuse(),
    () => failing.accept(),
  ));

test("an answer to a code that stops in the middle is an outage", async () => {
  await comeBackInVain(
    () =>
      failing.fail((_, response) => {
        response.writeHead(200, { "content-type": "application/json" }).write('{"access_token": "eyJh');
      }, "/oauth/token"),
    () => failing.recover(),
  );
}, 10_000);

test("a refusal that we have no words for is told in general ones, and is in the log", async () => {
  const browser = new OAuthBrowser();
  const back = await atProvider(await browser.start(), { email: "refused@example.com" });
  failing.fail(knownError("INVALID_OAUTH_CLIENT_ID_OR_SECRET", 400), "/oauth/token");
  expect(await browser.comeBack(back)).toRedirectTo("/sign-in?problem=failed");
  await expectLine("An OAuth sign-in: The provider refused: INVALID_OAUTH_CLIENT_ID_OR_SECRET");
});
