import { http, passthrough } from "msw";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import { environment } from "#app/platform/environment.server.ts";
import * as magicRoute from "#app/routes/auth/magic-link/route.tsx";
import * as forgotRoute from "#app/routes/auth/password/forgot-password.tsx";
import * as resetRoute from "#app/routes/auth/password/reset-password.tsx";
import { Browser, runSql } from "#tests/loaders/browser.ts";
import { type Failure, failures, leavesUnknown, startFailingStack } from "#tests/mocks/failing-stack.ts";
import { stack, standIn } from "#tests/setup/stack.ts";
import { mailedLinkTo, refusalOf } from "./mailed-codes.ts";

const failing = await startFailingStack(standIn.handlers, environment().stack.apiUrl);
// From here on requests are sent to a port where connections can really fail.
environment().stack.apiUrl = failing.origin;

const email = "patient@example.com";
const password = "correct horse battery";
const code = "k".repeat(45);
const limitMs = 60_000;
const output = (["error", "warn", "log"] as const).map((name) => vi.spyOn(console, name).mockReturnValue());

beforeEach(async () => {
  // Each test has a mail sent to the same address.
  await runSql("delete from request_limits");
  for (const spy of output) spy.mockClear();
  stack.use(http.all(`${failing.origin}/*`, () => passthrough()));
});
afterEach(async () => {
  await vi.waitFor(() => expect(failing.waiting()).toBe(0), { interval: 5 });
  failing.recover();
});
afterAll(() => failing[Symbol.asyncDispose]());

/** Each form that asks Stack for a code or uses one, which of its values are kept, and what may have happened at Stack. */
const forms = [
  { action: forgotRoute.action, path: "/forgot-password", fields: { email }, kept: { email } },
  {
    action: resetRoute.action,
    path: `/reset-password?code=${code}`,
    fields: { password },
    kept: {},
    change: "Your password may have been changed: try to sign in with it.",
  },
  { action: magicRoute.action, path: "/magic-link", fields: { email }, kept: { email } },
  {
    action: magicRoute.action,
    path: `/magic-link?code=${code}`,
    fields: {},
    kept: {},
    change: "This link may be used up. Try again, or send a new one.",
  },
  {
    action: magicRoute.action,
    path: "/magic-link?done=sent",
    fields: { code: "kkkkkk" },
    kept: {},
    change: "This code may be used up. Try again, or send a new one.",
  },
];

/** Fills in every form at once, in a browser that waits for a code, and reads the errors. */
async function everyForm(startFailing: () => void | Promise<void>, failure = ""): Promise<void> {
  const retryAfter = failure.includes("come back") ? "3600" : "5";
  const waiting = new Browser();
  await waiting.post(magicRoute.action, "/magic-link", { email });
  const { cookie } = waiting;
  await startFailing();
  failing.requests.length = 0;

  const answers = await Promise.all(
    forms.map(async ({ action, path, fields }) => {
      const browser = new Browser();
      browser.cookie = cookie;
      const startedAt = performance.now();
      const answer = await browser.post(action, path, { ...fields });
      expect(performance.now() - startedAt).toBeLessThan(limitMs);
      expect(browser.cookie).toBe(cookie);
      expect(answer.headers.get("Retry-After")).toBe(retryAfter);
      return refusalOf(answer);
    }),
  );
  const saidOf = (change?: string) => {
    // A refusal to connect may also break a connection that was kept open.
    if (change !== undefined && failure === "")
      return expect.stringMatching(/^The sign-in service (can't be reached|didn't answer in time)\. /);
    return change !== undefined && leavesUnknown(failure)
      ? `The sign-in service didn't answer in time. ${change}`
      : "The sign-in service can't be reached. Try again in a moment.";
  };
  expect(answers).toEqual(
    forms.map(({ kept, change }) => ({ status: 503, errors: { form: saidOf(change) }, typed: kept })),
  );
  expectLines(...forms.map(({ path }) => `POST ${path.replace(/\?.*/, "")}: `));
}

/** Expects a line in the log for each, without secrets, and nothing else. */
function expectLines(...beginnings: string[]): void {
  const lines = output.flatMap((spy) => spy.mock.calls.map((call) => call.map(String).join(" "))).sort();
  expect(lines).toEqual(beginnings.sort().map((each) => expect.stringMatching(`^${each}[^\n]{0,300}$`)));
  for (const secret of [email, password, "kkkkkk"]) expect(lines.join()).not.toContain(secret);
}

test.each(
  Object.entries(failures),
)("while Stack %s, every form with a code is answered in time and with a sentence", async (name, failure: Failure) => {
  await everyForm(() => failing.fail(failure), name);
});

test("while Stack refuses connections, every form with a code is answered in time and with a sentence", async () => {
  await everyForm(() => failing.refuse()).finally(() => failing.accept());
});

test("a link used while Stack was down works once Stack is back", async () => {
  const browser = new Browser();
  await browser.post(magicRoute.action, "/magic-link", { email: "lost@example.com" });
  const { path } = await mailedLinkTo("lost@example.com", "/magic-link");
  const press = () => browser.post(magicRoute.action, path, {});
  failing.fail(failures["resets connections"], "/auth/otp/sign-in");
  expect((await press()).status).toBe(503);
  failing.recover();
  expect(await press()).toRedirectTo("/");
});

test("a mail that cannot be sent appears only in the log, since it happens only to known addresses", async () => {
  failing.fail(failures["answers 500"], "send-reset-code");
  const answer = await new Browser().post(forgotRoute.action, "/forgot-password", { email });
  expect(answer).toRedirectTo("/forgot-password?done=sent");
  await vi.waitFor(() => expectLines("Mailing a link to set a new password: "), { interval: 5 });
});
