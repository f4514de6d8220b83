import { http, passthrough } from "msw";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import { environment } from "#app/platform/environment.server.ts";
import { type Failure, failures, knownError, startFailingStack } from "#tests/mocks/failing-stack.ts";
import { stack, standIn } from "#tests/setup/stack.ts";
import { atProvider, OAuthBrowser } from "./oauth-browser.ts";

const failing = await startFailingStack(standIn.handlers, environment().stack.apiUrl);
environment().stack.apiUrl = failing.origin;

const limitMs = 60_000;
const outages = Object.entries(failures);
const signInPage = new Response(null, { headers: { Location: "/sign-in" } });
const bothProviders = [
  { id: "github", name: "GitHub" },
  { id: "google", name: "Google" },
];

const log = vi.spyOn(console, "error").mockReturnValue();
beforeEach(() => {
  log.mockClear();
  // A failed read of the list is not repeated for ten seconds, a successful one for five minutes.
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

/** How long some work takes, in milliseconds, and its result. */
async function timed<Result>(work: () => Promise<Result>): Promise<[Result, number]> {
  const startedAt = performance.now();
  return [await work(), performance.now() - startedAt];
}

function readings(): string[] {
  return failing.requests.filter((request) => request.endsWith("/projects/current"));
}

/** What users see while Stack has never listed its providers. */
async function findNone(): Promise<void> {
  failing.requests.length = 0;
  const [pages, took] = await timed(() =>
    Promise.all([1, 2, 3].map(() => new OAuthBrowser().signInPage(signInPage))),
  );
  for (const page of pages) expect(page).toMatchObject({ redirectTo: "/", providers: [] });
  expect(took).toBeLessThan(limitMs);
  const browser = new OAuthBrowser();
  const answer = await browser.start("github", "?redirectTo=/stats");
  expect(answer).toRedirectTo("/sign-in?problem=unavailable&redirectTo=%2Fstats");
  expect((await browser.signInPage(answer)).problem).toContain("can't be reached");
  expect(readings().length).toBeLessThan(2);
  await expectLine("Reading the project's settings: ");
}

/** Expects one line in the log, once the read or the exchange has ended. */
async function expectLine(beginning: string): Promise<void> {
  const line = [expect.stringMatching(`^${beginning}[^\n]{0,300}$`)];
  await vi.waitFor(() => expect(log.mock.calls).toEqual([line]), { interval: 5, timeout: limitMs });
}

// In this order: a process that has read the list once keeps it.
test.each(
  outages,
)("while Stack %s and has listed no provider yet, pages work without their links", async (_, f) => {
  failing.fail(f);
  await findNone();
});

test("while Stack refuses connections and has listed no provider yet, pages work without their links", async () => {
  await failing.refuse();
  await findNone().finally(() => failing.accept());
});

test("our wrong key is logged, and pages work without the providers' links", async () => {
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

test("the old list stays in use while a new one is read, once for all requests", async () => {
  failing.fail(() => {});
  failing.requests.length = 0;
  const pages = await Promise.all([1, 2, 3].map(() => new OAuthBrowser().signInPage(signInPage)));
  for (const { providers } of pages) expect(providers).toHaveLength(3);
  expect(log, "the list is still being read").not.toHaveBeenCalled();
  await expectLine("Reading the project's settings: Stack took longer than 3000 ms");
  expect(readings()).toEqual(["GET /api/v1/projects/current"]);
});

test("the list is read again once Stack recovers", async () => {
  const providers = async () => (await new OAuthBrowser().signInPage(signInPage)).providers;
  await vi.waitFor(async () => expect(await providers()).toEqual(bothProviders));
});

/** What a user sees on coming back while Stack cannot exchange the code. */
async function comeBackDuringOutage(
  startFailing: () => void | Promise<void>,
  recover: () => void | Promise<void>,
) {
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

  await recover();
  expect(await browser.comeBack(back)).toRedirectTo("/stats");
}

test.each(
  outages,
)("a user who comes back while Stack %s is told so, and can try again with the same code", (_, failure: Failure) =>
  comeBackDuringOutage(
    () => failing.fail(failure, "/oauth/token"),
    () => failing.recover(),
  ));

test("a user who comes back while Stack refuses connections is told so, and can try again", () =>
  comeBackDuringOutage(
    () => failing.refuse(),
    () => failing.accept(),
  ));

test("an answer to a code that stops midway counts as an outage", async () => {
  await comeBackDuringOutage(
    () =>
      failing.fail((_, response) => {
        response.writeHead(200, { "content-type": "application/json" }).write('{"access_token": "eyJh');
      }, "/oauth/token"),
    () => failing.recover(),
  );
});

test("an unknown refusal gets a general sentence, and is logged", async () => {
  const browser = new OAuthBrowser();
  const back = await atProvider(await browser.start(), { email: "refused@example.com" });
  failing.fail(knownError("INVALID_OAUTH_CLIENT_ID_OR_SECRET", 400), "/oauth/token");
  expect(await browser.comeBack(back)).toRedirectTo("/sign-in?problem=failed");
  await expectLine("An OAuth sign-in: The provider refused: INVALID_OAUTH_CLIENT_ID_OR_SECRET");
});
