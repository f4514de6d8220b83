import { randomUUID } from "node:crypto";
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from "jose";
import { getResponse, HttpResponse, http } from "msw";
import { afterEach, expect, test, vi } from "vitest";
import { startSession } from "#app/auth/session/session.server.ts";
import { environment } from "#app/platform/environment.server.ts";
import * as signOutRoute from "#app/routes/auth/sign-out.ts";
import { Browser, signedUp } from "#tests/loaders/browser.ts";
import { stack, stackRequests, standIn } from "#tests/setup/stack.ts";

const { apiUrl, projectId } = environment().stack;
const keysPath = `/api/v1/projects/${projectId}/.well-known/jwks.json`;
const refreshUrl = `${apiUrl}/api/v1/auth/sessions/current/refresh`;
const log = vi.spyOn(console, "error").mockReturnValue();

afterEach(() => {
  vi.useRealTimers();
  log.mockClear();
});

/** A key that Stack may publish or not. */
async function newKey(kid: string) {
  const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
  const published = { ...(await exportJWK(publicKey)), kid, alg: "ES256" };
  const token = () =>
    new SignJWT({ email: "bob@example.com" })
      .setProtectedHeader({ alg: "ES256", kid })
      .setSubject("bob")
      .setIssuer(`${apiUrl}/api/v1/projects/${projectId}`)
      .setAudience(projectId)
      .setExpirationTime("10m")
      .sign(privateKey);
  return { published, token };
}

function publish(...keys: Awaited<ReturnType<typeof newKey>>[]): void {
  stack.use(http.get(apiUrl + keysPath, () => HttpResponse.json({ keys: keys.map((key) => key.published) })));
}

function refreshGives(accessToken: string): void {
  stack.use(http.post(refreshUrl, () => HttpResponse.json({ access_token: accessToken })));
}

async function holderOf(accessToken: string): Promise<Browser> {
  const browser = new Browser();
  browser.keep(await startSession({ accessToken, refreshToken: randomUUID() }));
  return browser;
}

const keyFailures: [string, () => Response][] = [
  ["cannot be reached", () => HttpResponse.error()],
  ["answers 500", () => new HttpResponse("no", { status: 500 })],
  ["answers 429", () => new HttpResponse("no", { status: 429, headers: { "Retry-After": "60" } })],
  ["answers with an HTML page", () => HttpResponse.html("<h1>Hello</h1>")],
  ["answers with JSON of something else", () => HttpResponse.json({ ok: true })],
  ["publishes no keys", () => HttpResponse.json({ keys: [] })],
];

/** Each test that lets an hour pass starts where the previous one ended. */
let hours = 0;

// These come first, because no key has been read yet.
test.each(
  keyFailures,
)("when Stack %s at the first page view, it is 503 and no user is signed out", async (_, answer) => {
  stack.use(http.get(apiUrl + keysPath, answer));
  const accessToken = await standIn.signAccessToken({ sub: "bob", email: "bob@example.com" });
  refreshGives(accessToken);
  const browser = await holderOf(accessToken);
  const { cookie } = browser;
  expect(await browser.todosPage()).toMatchObject({ status: 503, data: { view: "unavailable" } });
  expect(browser.cookie).toBe(cookie);
  stack.resetHandlers();
  refreshGives(accessToken);
});

test("the first page view after that works normally", async () => {
  const browser = await holderOf(await standIn.signAccessToken({ sub: "bob", email: "bob@example.com" }));
  expect(await browser.todosPage()).toMatchObject({ status: 200, data: { view: "list" } });
  expect(stackRequests).toEqual([`GET ${keysPath}`]);
});

test.each(
  keyFailures.slice(0, 5),
)("when Stack %s after the keys were read, page views still work", async (_, answer) => {
  stack.use(http.get(apiUrl + keysPath, answer));
  const browser = await holderOf(await standIn.signAccessToken({ sub: "bob", email: "bob@example.com" }));
  expect((await browser.todosPage()).data.view).toBe("list");
  expect(stackRequests).toEqual([]);

  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ++hours * 61 * 60_000 });
  const nextHour = await holderOf(await standIn.signAccessToken({ sub: "bob", email: "bob@example.com" }));
  expect((await nextHour.todosPage()).data.view).toBe("list");
  await vi.waitFor(() => expect(log).toHaveBeenCalled(), { interval: 5 });
  expect(log.mock.calls.flat()).toEqual([
    expect.stringMatching(/^Reading the provider's keys again: [^\n]+$/),
  ]);
  expect((await nextHour.todosPage()).data.view).toBe("list");
  expect(stackRequests).toEqual([`GET ${keysPath}`]);
});

test("a token with a new key is accepted at once, one with a key that was never published is not", async () => {
  const [first, second, unpublished] = await Promise.all(["first", "second", "third"].map(newKey));
  if (!first || !second || !unpublished) throw new Error("there are three");
  publish(first);
  expect((await (await holderOf(await first.token())).todosPage()).data.view).toBe("list");
  publish(second);
  expect((await (await holderOf(await second.token())).todosPage()).data.view).toBe("list");
  const stranger = await holderOf(await unpublished.token());
  expect((await stranger.todosPage()).data.view).toBe("landing");
  expect(stranger.cookie).toBe("");
});

test("a session whose token's key is gone continues with a new token", async () => {
  const [old, current] = await Promise.all([newKey("old"), newKey("current")]);
  publish(old);
  const browser = await holderOf(await old.token());
  expect((await browser.todosPage()).data.view).toBe("list");
  publish(current);
  expect((await (await holderOf(await current.token())).todosPage()).data.view).toBe("list");
  refreshGives(await current.token());
  expect((await browser.todosPage()).data.view).toBe("list");
  stackRequests.length = 0;
  expect((await browser.todosPage()).data.view).toBe("list");
  expect(stackRequests).toEqual([]);
});

test("a token that is valid for a few more seconds is used when its successor cannot be verified", async () => {
  const bob = { sub: "bob", email: "bob@example.com" };
  await (await holderOf(await standIn.signAccessToken(bob))).todosPage();
  const exp = Math.floor(Date.now() / 1_000) + 20;
  const browser = await holderOf(await standIn.signAccessToken({ ...bob, exp }));
  refreshGives(await (await newKey("unread")).token());
  stack.use(http.get(apiUrl + keysPath, () => HttpResponse.error()));
  const { cookie } = browser;
  expect(await browser.todosPage()).toMatchObject({ status: 200, data: { view: "list" } });
  expect(browser.cookie).toBe(cookie);
});

/** Makes the clock in Stack's tokens differ from ours. */
function shiftClockOfStack(seconds: number): void {
  const shifted = http.post(`${apiUrl}/api/v1/auth/*`, async ({ request }) => {
    const answer = await getResponse(standIn.handlers, request);
    const body = await answer?.json();
    const { sub = "", iat = 0, exp = 0, ...claims } = decodeJwt(body.access_token);
    const moved = { ...claims, sub, iat: iat + seconds, exp: exp + seconds };
    return HttpResponse.json({ ...body, access_token: await standIn.signAccessToken(moved) });
  });
  stack.use(shifted);
}

test.each([
  ["5 minutes ahead of", -300],
  ["5 minutes behind", 300],
])("with a clock %s Stack's, people sign up, in and out, and pages ask Stack for nothing", async (_, seconds) => {
  shiftClockOfStack(seconds);
  const email = `clock${seconds}@example.com`;
  await signedUp(email);
  const browser = new Browser();
  expect(await browser.signIn({ email, password: "correct horse" })).toRedirectTo("/");
  await browser.todosPage();
  stackRequests.length = 0;
  expect((await browser.todosPage()).data.viewer.email).toBe(email);
  expect(stackRequests).toEqual([]);
  expect(await browser.post(signOutRoute.action, "/sign-out", {})).toRedirectTo("/");
  expect(stackRequests.at(-1)).toBe("DELETE /api/v1/auth/sessions/current");
  expect(log).not.toHaveBeenCalled();
});

test("with a clock so wrong that even new tokens are too old, no user is signed out", async () => {
  const browser = await signedUp("stopped@example.com");
  const { cookie } = browser;
  shiftClockOfStack(-3_600);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_000 });
  expect((await browser.todosPage()).status).toBe(503);
  expect(browser.cookie).toBe(cookie);
});
