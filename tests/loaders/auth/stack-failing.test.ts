import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { HttpResponse, http, passthrough } from "msw";
import sql from "sql-template-tag";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import type { RefusedForm } from "#app/auth/forms/auth-form.server.ts";
import { authProvider } from "#app/auth/provider.server.ts";
import { startSession } from "#app/auth/session/session.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { environment } from "#app/platform/environment.server.ts";
import * as signOutRoute from "#app/routes/auth/sign-out.ts";
import { Browser, signedIn, signedUp } from "#tests/loaders/browser.ts";
import { type Failure, failures, knownError, startFailingStack } from "#tests/mocks/failing-stack.ts";
import { stack, stackDatabase, standIn } from "#tests/setup/stack.ts";

const failing = await startFailingStack(standIn.handlers, environment().stack.apiUrl);
// From here on tokens are issued at, and requests sent to, a port where connections can really fail.
environment().stack.apiUrl = failing.origin;

const typed = { email: "patient@example.com", name: "Pat", password: "correct horse battery" };
const limitMs = 60_000;
const outages = Object.entries(failures);

/** Requests to hosts other than STACK_API_URL. */
const strays: string[] = [];
const unhandled: unknown[] = [];
const noteUnhandled = (reason: unknown) => unhandled.push(reason);
process.on("unhandledRejection", noteUnhandled);
afterAll(() => void process.off("unhandledRejection", noteUnhandled));
const output = (["error", "warn", "log"] as const).map((name) => vi.spyOn(console, name).mockReturnValue());

beforeEach(async () => {
  for (const spy of output) spy.mockClear();
  stack.use(
    http.all(`${failing.origin}/*`, () => passthrough()),
    http.all(/^https:/, ({ request }) => {
      strays.push(request.url);
      return HttpResponse.error();
    }),
  );
  await authProvider().offers();
});
afterEach(async () => {
  await vi.waitFor(() => expect(failing.waiting()).toBe(0), { interval: 5 });
  failing.recover();
  expect([strays.splice(0), unhandled.splice(0)]).toEqual([[], []]);
});
afterAll(() => failing[Symbol.asyncDispose]());

/** The errors of a sign-in and a sign-up, and when each says to try again. */
async function attempt(way: "signIn" | "signUp") {
  const browser = new Browser();
  const startedAt = performance.now();
  const answer = await browser[way](typed);
  const took = performance.now() - startedAt;
  const retryAfter = answer.headers.get("Retry-After");
  const { errors, typed: kept } = (await answer.json()) as RefusedForm;
  return { status: answer.status, retryAfter, errors, kept, took, cookie: browser.cookie };
}

/** All at once: one user views a page, one signs out, one signs in, one signs up. */
async function allUsers(startFailing: () => void | Promise<void>, retryAfter = "5"): Promise<void> {
  const viewer = await signedIn("viewer");
  const leaver = await signedIn("leaver");
  const { cookie } = viewer;
  await startFailing();

  failing.requests.length = 0;
  expect(await viewer.todosPage()).toMatchObject({ status: 200, data: { view: "list" } });
  expect(failing.requests).toEqual([]);
  expect(viewer.cookie).toBe(cookie);

  const [signOut, ...attempts] = await Promise.all([
    leaver.post(signOutRoute.action, "/sign-out", {}),
    attempt("signIn"),
    attempt("signUp"),
  ]);
  expect(signOut).toRedirectTo("/");
  expect((await leaver.todosPage()).data.view).toBe("landing");
  for (const { took, ...rest } of attempts) {
    expect(rest).toEqual({
      status: 503,
      retryAfter,
      errors: { form: "The sign-in service can't be reached. Try again in a moment." },
      kept: { email: typed.email, name: typed.name },
      cookie: "",
    });
    expect(took).toBeLessThan(limitMs);
  }
  // A failed request is not repeated. A user who signs up may also be signed in.
  const signIn = "POST /api/v1/auth/password/sign-in";
  const others = failing.requests.filter((each) => each !== signIn);
  expect(others).toEqual([...new Set(others)]);
  expect(failing.requests.length - others.length).toBeLessThanOrEqual(2);
  expectLines("Ending a session at the provider: ", "POST /sign-in: ", "POST /sign-up: ");
}

/** Expects a line in the log for each, without secrets, and nothing else. */
function expectLines(...beginnings: string[]): void {
  const lines = output.flatMap((spy) => spy.mock.calls.map((call) => call.map(String).join(" "))).sort();
  expect(lines).toEqual(beginnings.sort().map((each) => expect.stringMatching(`^${each}[^\n]{0,300}$`)));
  for (const secret of [typed.email, typed.password, "eyJh"]) expect(lines.join()).not.toContain(secret);
}

test.each(
  outages,
)("while Stack %s, page views work, no user is signed out, and forms say so", async (name, failure: Failure) => {
  await allUsers(() => failing.fail(failure), name.includes("come back") ? "3600" : "5");
});

test("while Stack refuses connections, page views work, no user is signed out, and forms say so", async () => {
  await allUsers(() => failing.refuse()).finally(() => failing.accept());
});

test("a Stack that says to come back at once is given a second", async () => {
  failing.fail((_, response) => void response.writeHead(429, { "retry-after": "0" }).end(), "/sign-in");
  expect(await attempt("signIn")).toMatchObject({ status: 503, retryAfter: "1" });
  expectLines("POST /sign-in: ");
});

test("a refusal with HTTP status 200 is shown beside its field", async () => {
  failing.fail(knownError("EMAIL_PASSWORD_MISMATCH", 400));
  expect(await attempt("signIn")).toMatchObject({
    status: 400,
    errors: { password: expect.stringContaining("Wrong email") },
  });
  failing.fail(knownError("USER_EMAIL_ALREADY_EXISTS", 409, { email: typed.email }));
  expect(await attempt("signUp")).toMatchObject({
    status: 400,
    errors: { email: expect.stringContaining("Sign in instead") },
  });
  expectLines();
});

test("a user whose account needs a second factor is told that this site does not support it", async () => {
  failing.fail(
    knownError("MULTI_FACTOR_AUTHENTICATION_REQUIRED", 400, { attempt_code: "secret" }),
    "/sign-in",
  );
  const { status, errors, cookie } = await attempt("signIn");
  expect({ status, errors, cookie }).toEqual({
    status: 400,
    errors: { form: expect.stringContaining("second factor") },
    cookie: "",
  });
  expect(JSON.stringify(errors)).not.toContain("secret");
  expectLines();
});

test("an unknown refusal is logged", async () => {
  failing.fail(knownError("INVALID_PUBLISHABLE_CLIENT_KEY", 401, { project_id: "x" }));
  expect(await attempt("signIn")).toMatchObject({
    status: 400,
    errors: { form: expect.stringContaining("doesn't accept") },
  });
  expectLines("POST /sign-in: The provider refused: INVALID_PUBLISHABLE_CLIENT_KEY");
});

test("a user whose account was made although Stack's answer was lost is signed in", async () => {
  const lost = { ...typed, email: "lost@example.com" };
  await new Browser().signUp(lost);
  failing.fail(failures["resets connections"], "/sign-up");
  const browser = new Browser();
  expect(await browser.signUp(lost)).toRedirectTo("/");
  expect((await browser.todosPage()).data.viewer.email).toBe(lost.email);
});

test("a user whose account was not made is told to try again, and can", async () => {
  failing.fail(failures["resets connections"], "/sign-up");
  expect(await attempt("signUp")).toMatchObject({ status: 503, retryAfter: "5", cookie: "" });
  failing.recover();
  expect(await new Browser().signUp(typed)).toRedirectTo("/");
});

test("a user whose name Stack does not take at once is signed up, and gets the name later", async () => {
  failing.fail((request) => {
    failing.recover();
    request.socket.resetAndDestroy();
  }, "PATCH ");
  const browser = new Browser();
  const named = { ...typed, email: "named@example.com", name: "Patient" };
  expect(await browser.signUp(named)).toRedirectTo("/");
  const usersOfThatName = statement(
    z.object({ id: z.string() }),
    sql`select id::text from users where display_name = ${named.name}`,
  );
  await expect.poll(() => stackDatabase.query(usersOfThatName)).toHaveLength(1);
  expectLines("Setting the name of a new user: ");
});

test("a sign-out that Stack never answers delays no other user", async () => {
  const browser = await signedUp("leaving@example.com");
  failing.fail(() => {}, "DELETE ");
  expect(await browser.post(signOutRoute.action, "/sign-out", {})).toRedirectTo("/");
  expect(failing.requests.at(-1)).toBe("DELETE /api/v1/auth/sessions/current");
  failing.recover();
  const arriving = { ...typed, email: "arriving@example.com" };
  expect(await new Browser().signUp(arriving)).toRedirectTo("/");
});

test("our wrong key signs no user out", async () => {
  const browser = new Browser();
  browser.keep(await startSession({ accessToken: await expiredToken(), refreshToken: "x" }));
  failing.fail(knownError("INVALID_PUBLISHABLE_CLIENT_KEY", 401, { project_id: "x" }), "/refresh");
  const { cookie } = browser;
  expect((await browser.todosPage()).status).toBe(503);
  expect(browser.cookie).toBe(cookie);
});

test("an attempt leaves nothing that keeps a process from exiting", async () => {
  failing.fail(failures["answers 429 and says when to come back"]);
  const program = `
    import { stack } from "./app/auth/stack/stack.server.ts";
    stack.signIn(${JSON.stringify(typed)}).catch((error) => console.log(error.message));
  `;
  const arguments_ = ["--import", "tsx", "--input-type=module", "--eval", program];
  const env = { ...process.env, STACK_API_URL: failing.origin };
  const { stdout } = await promisify(execFile)(process.execPath, arguments_, { env });
  expect(stdout).toBe("POST /api/v1/auth/password/sign-in was answered with 429\n");
});

function expiredToken(): Promise<string> {
  return standIn.signAccessToken({ sub: "bob", exp: Math.floor(Date.now() / 1_000) - 60 });
}
