import { neonConfig } from "@neondatabase/serverless";
import { HttpResponse, http, passthrough } from "msw";
import { afterAll, afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import type { RefusedForm } from "#app/auth/forms/auth-form.server.ts";
import { authProvider } from "#app/auth/provider.server.ts";
import { environment } from "#app/platform/environment.server.ts";
import type { AccountData } from "#app/routes/account/account.server.ts";
import { action, loader } from "#app/routes/account/route.tsx";
import { Browser, signedUp, whileSyncing } from "#tests/loaders/browser.ts";
import { type Failure, failures, leavesUnknown, startFailingStack } from "#tests/mocks/failing-stack.ts";
import { stack, standIn } from "#tests/setup/stack.ts";

const failing = await startFailingStack(standIn.handlers, environment().stack.apiUrl);
environment().stack.apiUrl = failing.origin;

const password = "correct horse";
const limitMs = 60_000;
const unavailable = "The sign-in service can't be reached. Try again in a moment.";

/** Requests to hosts other than STACK_API_URL. */
const strays: string[] = [];
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
  expect(strays.splice(0)).toEqual([]);
});
afterAll(() => failing[Symbol.asyncDispose]());

/** Every form of the page, filled in correctly. */
function formsOf(email: string): Record<string, string>[] {
  return [
    { intent: "name", name: "Bobby" },
    { intent: "password", currentPassword: password, newPassword: "battery staple" },
    { intent: "sessions" },
    { intent: "delete", email },
  ];
}

/** Posts a form, and expects it to be kept on a page that says what happened and when to try again. */
async function expectKept(
  browser: Browser,
  form: Record<string, string>,
  said: string,
  retryAfter = "5",
): Promise<void> {
  const { cookie } = browser;
  const startedAt = performance.now();
  const answer = await whileSyncing(0, () => browser.post(action, "/account", form));
  expect(performance.now() - startedAt).toBeLessThan(limitMs);
  expect([answer.status, answer.headers.get("Retry-After")]).toEqual([503, retryAfter]);
  const { errors, typed } = (await answer.json()) as RefusedForm;
  expect(errors).toEqual({ form: said });
  const { currentPassword: _, newPassword: __, ...kept } = form;
  expect(typed).toMatchObject(kept);
  expect(JSON.stringify(typed)).not.toMatch(/correct horse|battery staple/);
  if (failing.requests.length <= 1) expect(browser.cookie).toBe(cookie);
}

/** Expects one line in the log per failed request, without secrets. */
function expectLines(count: number): void {
  const lines = output.flatMap((spy) => spy.mock.calls.map((call) => call.map(String).join(" ")));
  expect(lines).toEqual(Array(count).fill(expect.stringMatching(/^POST \/account: [^\n]{0,300}$/)));
  expect(lines.join()).not.toMatch(/@example|correct horse|battery staple|eyJh/);
}

async function newUser(): Promise<Browser & { email: string }> {
  const email = `${crypto.randomUUID()}@example.com`;
  return Object.assign(await signedUp(email, "Bob"), { email });
}

async function pageOf(browser: Browser): Promise<AccountData> {
  const answer = await browser.load(loader, "/account");
  expect(answer.status).toBe(200);
  return answer.json();
}

test.each(
  Object.entries(failures),
)("while a Stack %s, the account can be viewed, and each of its forms is kept", async (name, failure: Failure) => {
  const bob = await newUser();
  failing.fail(failure);
  failing.requests.length = 0;
  expect(await pageOf(bob)).toMatchObject({ name: "Bob" });
  expect(failing.requests).toEqual([]);
  const retryAfter = name.includes("come back") ? "3600" : "5";
  // Each form first renews the session.
  await Promise.all(formsOf(bob.email).map((form) => expectKept(bob, form, unavailable, retryAfter)));
  expectLines(4);
});

test("while Stack refuses connections, each form of the account is kept", async () => {
  const bob = await newUser();
  await failing.refuse();
  try {
    await Promise.all(formsOf(bob.email).map((form) => expectKept(bob, form, unavailable)));
  } finally {
    await failing.accept();
  }
  expectLines(4);
});

test.each([
  ["name", "PATCH /api/v1/users/me", "Your name may have been saved. Try again."],
  [
    "password",
    "/auth/password/update",
    "Your password may have been changed. Try again: if your current password is wrong now, it was.",
  ],
  ["sessions", "GET /api/v1/auth/sessions", undefined],
  [
    "sessions",
    "DELETE /api/v1/auth/sessions/",
    "Some of your other sessions may have been ended. Try again.",
  ],
  ["delete", "DELETE /api/v1/users/me", "Your account may have been deleted. Reload the page to find out."],
])("the form %s is kept when only %s fails, however it fails", async (intent, only, change) => {
  const bob = await newUser();
  await new Browser().signIn({ email: bob.email, password });
  const form = formsOf(bob.email).find((each) => each.intent === intent) ?? {};
  // tests/loaders/auth/slow-stack.test.ts lets Stack hang.
  const ways = ["resets connections", "answers 500", "answers with an HTML page and 200"] as const;
  for (const way of ways) {
    failing.fail(failures[way], only);
    const isUnknown = change !== undefined && leavesUnknown(way);
    await expectKept(
      bob,
      form,
      isUnknown ? `The sign-in service didn't answer in time. ${change}` : unavailable,
    );
  }
  expectLines(ways.length);
});

test("while the database is unreachable the page says so, and keeps the typed text", async () => {
  const bob = await newUser();
  const answers = neonConfig.fetchFunction;
  const network = vi
    .spyOn(neonConfig, "fetchFunction", "get")
    .mockReturnValue(async (url: string, init: RequestInit) => {
      const asked = new Headers(init.headers).get("Neon-Connection-String") ?? "";
      // The stand-in asks under another URL.
      if (asked.includes("application_name=stack")) return answers(url, init);
      throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    });
  onTestFinished(() => network.mockRestore());
  const page = await bob.load(loader, "/account");
  expect([page.status, page.headers.get("Retry-After")]).toEqual([503, "5"]);
  expect(await page.json()).toMatchObject({ view: "unavailable" });
  const refused = await bob.post(action, "/account", { intent: "name", name: "Bobby" });
  expect([refused.status, refused.headers.get("Retry-After")]).toEqual([503, "5"]);
  expect(await refused.json()).toMatchObject({
    errors: { form: expect.stringContaining("The database cannot be reached") },
    typed: { intent: "name", name: "Bobby" },
  });
});
