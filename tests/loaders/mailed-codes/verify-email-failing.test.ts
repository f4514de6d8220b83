import { getResponse, http, passthrough } from "msw";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import { startSession } from "#app/auth/session/session.server.ts";
import { environment } from "#app/platform/environment.server.ts";
import * as verifyEmailRoute from "#app/routes/auth/verify-email/route.tsx";
import { Browser, signedIn, signedUp } from "#tests/loaders/browser.ts";
import { type Failure, failures, leavesUnknown, startFailingStack } from "#tests/mocks/failing-stack.ts";
import { stack, standIn } from "#tests/setup/stack.ts";

const failing = await startFailingStack(standIn.handlers, environment().stack.apiUrl);
// From here on tokens are issued at, and requests sent to, a port where connections can really fail.
environment().stack.apiUrl = failing.origin;

const limitMs = 60_000;
const unavailable = "The sign-in service can't be reached. Try again in a moment.";
const unknown =
  "The sign-in service didn't answer in time. Your email address may be verified already. Try again.";
/** A refusal to connect may also break a connection that was kept open. */
const either = expect.stringMatching(/^The sign-in service (can't be reached|didn't answer in time)\. /);
const log = vi.spyOn(console, "error").mockReturnValue();

beforeEach(() => {
  log.mockClear();
  stack.use(http.all(`${failing.origin}/*`, () => passthrough()));
});
afterEach(async () => {
  await vi.waitFor(() => expect(failing.waiting()).toBe(0), { interval: 5 });
  failing.recover();
});
afterAll(() => failing[Symbol.asyncDispose]());

const open = (browser: Browser) => browser.load(verifyEmailRoute.loader, "/verify-email?redirectTo=/stats");
const press = (browser: Browser, path = "/verify-email") => browser.post(verifyEmailRoute.action, path, {});

async function linkTo(email: string): Promise<string> {
  const link = new URL((await standIn.mails(email))[0]?.links[0] ?? "");
  return link.pathname + link.search;
}

/** A user for whom the keys are known already, so that only what they ask for can fail. */
async function restrictedUser(): Promise<Browser> {
  const browser = new Browser();
  const claims = { sub: "bob", is_restricted: true, restricted_reason: { type: "email_not_verified" } };
  browser.keep(await startSession({ accessToken: await standIn.signAccessToken(claims), refreshToken: "x" }));
  await open(browser);
  browser.keep(await startSession({ accessToken: await standIn.signAccessToken(claims), refreshToken: "x" }));
  return browser;
}

/** What a user gets, how long it takes, and whether they are still signed in. A refused form comes with its page. */
async function outcome(browser: Browser, ask: (browser: Browser) => Promise<Response>) {
  const { cookie } = browser;
  const startedAt = performance.now();
  const answer = await ask(browser);
  if (ask === press) await open(browser);
  expect(performance.now() - startedAt).toBeLessThan(limitMs);
  expect(browser.cookie).toBe(cookie);
  const { message, errors } = await answer.json();
  return [answer.status, answer.headers.get("Retry-After"), message ?? errors.form];
}

/** All at once: two users view the page, one confirms, two request the mail again. */
async function allUsers(startFailing: () => void | Promise<void>, failure = ""): Promise<void> {
  const [normal, restricted] = [await signedIn("unverified"), await restrictedUser()];
  await startFailing();
  failing.requests.length = 0;
  log.mockClear();
  const link = `/verify-email?code=${"0".repeat(45)}`;
  const outcomes = await Promise.all([
    outcome(normal, open),
    outcome(restricted, open),
    outcome(new Browser(), (browser) => press(browser, link)),
    outcome(normal, press),
    outcome(restricted, press),
  ]);
  const retryAfter = failure.includes("come back") ? "3600" : "5";
  // Only the code is sent without asking Stack for something first.
  const ofCode = failure === "" ? either : leavesUnknown(failure) ? unknown : unavailable;
  const said = [unavailable, unavailable, ofCode, unavailable, unavailable];
  expect(outcomes).toEqual(said.map((each) => [503, retryAfter, each]));
  const lines = log.mock.calls.map((call) => call.join(" "));
  expect(lines.map((line) => line.split(":")[0]).sort()).toEqual([
    ...Array(4).fill("GET /verify-email"),
    ...Array(3).fill("POST /verify-email"),
  ]);
  expect(lines.join()).not.toMatch(/eyJh|000000|\n/);
}

test.each(
  Object.entries(failures),
)("while Stack %s the page says so, and no user is signed out", async (name, failure: Failure) => {
  await allUsers(() => failing.fail(failure), name);
});

test("while Stack refuses connections the page says so, and no user is signed out", async () => {
  await allUsers(() => failing.refuse()).finally(() => failing.accept());
});

test("when Stack cannot send the mail the page says so, and the user can request it again", async () => {
  const browser = await signedUp("mail@example.com");
  failing.fail(failures["answers 500"], "/send-verification-code");
  const answer = await press(browser);
  expect([answer.status, (await answer.json()).errors]).toEqual([503, { form: unavailable }]);
  failing.recover();
  expect(await press(browser)).toRedirectTo("/verify-email?done=sent");
});

test("an address is verified although the session cannot be renewed, and the next page renews it", async () => {
  const browser = await signedUp("half@example.com");
  failing.fail(() => {}, "/sessions/current/refresh");
  const startedAt = performance.now();
  expect(await press(browser, await linkTo("half@example.com"))).toRedirectTo("/verify-email?done=confirmed");
  expect(performance.now() - startedAt).toBeLessThan(limitMs);
  failing.recover();
  expect(await open(browser)).toRedirectTo("/stats");
});

test("a code whose answer was lost lets the user continue", async () => {
  const browser = await signedUp("lost@example.com");
  const path = await linkTo("lost@example.com");
  failing.fail((request, response) => {
    // Stack has verified the address, and its answer is lost.
    void verifyUnheard(request.url ?? "", path).finally(() => response.destroy());
  }, "POST /api/v1/contact-channels/verify");
  expect((await press(browser, path)).status).toBe(503);
  failing.recover();
  expect(await press(browser, path)).toRedirectTo("/verify-email?done=used");
  expect(await open(browser)).toRedirectTo("/stats");
});

/** Uses a link's code up at Stack. */
async function verifyUnheard(url: string, path: string): Promise<void> {
  const code = new URL(path, failing.origin).searchParams.get("code");
  const request = new Request(`http://stack.test${url}`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "x-stack-access-type": "client",
      "x-stack-project-id": environment().stack.projectId,
      "x-stack-publishable-client-key": environment().stack.publishableClientKey,
    },
    body: JSON.stringify({ code }),
  });
  await getResponse(standIn.handlers, request);
}
