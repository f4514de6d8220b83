import { HttpResponse, http } from "msw";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { RefusedForm } from "#app/auth/forms/auth-form.server.ts";
import { action as account } from "#app/routes/account/route.tsx";
import { action as magicLink } from "#app/routes/auth/magic-link/route.tsx";
import { action as forgotPassword } from "#app/routes/auth/password/forgot-password.tsx";
import { action as resetPassword } from "#app/routes/auth/password/reset-password.tsx";
import { action as verifyEmail } from "#app/routes/auth/verify-email/route.tsx";
import { Browser, signedUp } from "#tests/loaders/browser.ts";
import { mailedLinkTo } from "#tests/loaders/mailed-codes/mailed-codes.ts";
import { stack, stackRequests } from "#tests/setup/stack.ts";

const stackUrl = "http://stack.test/api/v1";
const log = vi.spyOn(console, "error").mockReturnValue();
beforeEach(() => log.mockClear());
afterEach(() => vi.useRealTimers());

/** Lets time pass for the app's time limits alone, so that no verdict depends on this machine. */
function startClock(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
}

interface Form {
  what: string;
  /** Stack's endpoint that makes the change. */
  endpoint: string;
  post(browser: Browser, email: string): Promise<Response>;
  location: string;
  /** What the user reads when Stack does not answer. */
  unknown: RegExp;
}

const forms: Form[] = [
  {
    what: "mailing a magic link",
    endpoint: "/auth/otp/send-sign-in-code",
    post: () => new Browser().post(magicLink, "/magic-link", { email: "link@example.com" }),
    location: "/magic-link?done=sent",
    unknown: /The email may have been sent: check your inbox/,
  },
  {
    what: "signing in by a mailed link",
    endpoint: "/auth/otp/sign-in",
    async post() {
      const email = `${crypto.randomUUID()}@example.com`;
      await new Browser().post(magicLink, "/magic-link", { email });
      const { path } = await mailedLinkTo(email, "/magic-link");
      return new Browser().post(magicLink, path, {});
    },
    location: "/",
    unknown: /This link may be used up/,
  },
  {
    what: "setting a new password by a mailed link",
    endpoint: "/auth/password/reset",
    async post(_, email) {
      await new Browser().post(forgotPassword, "/forgot-password", { email });
      const { path } = await vi.waitFor(() => mailedLinkTo(email, "/reset-password"));
      return new Browser().post(resetPassword, path, { password: "battery staple" });
    },
    location: "/sign-in?done=password-reset",
    unknown: /Your password may have been changed: try to sign in with it/,
  },
  {
    what: "mailing the verification link again",
    endpoint: "/contact-channels/me/:id/send-verification-code",
    post: (browser) => browser.post(verifyEmail, "/verify-email", {}),
    location: "/verify-email?done=sent",
    unknown: /The email may have been sent: check your inbox/,
  },
  {
    what: "verifying the address",
    endpoint: "/contact-channels/verify",
    post: async (browser, email) =>
      browser.post(verifyEmail, (await mailedLinkTo(email, "/verify-email")).path, {}),
    location: "/verify-email?done=confirmed",
    unknown: /may be verified already. Try again/,
  },
  {
    what: "changing the password",
    endpoint: "/auth/password/update",
    post: (browser) =>
      browser.post(account, "/account", {
        intent: "password",
        currentPassword: "correct horse",
        newPassword: "battery staple",
      }),
    location: "/account?done=password",
    unknown: /Your password may have been changed/,
  },
  {
    what: "ending other sessions",
    endpoint: "/auth/sessions/:id",
    async post(browser, email) {
      await new Browser().signIn({ email, password: "correct horse" });
      return browser.post(account, "/account", { intent: "sessions" });
    },
    location: "/account?done=sessions&ended=1",
    unknown: /other sessions may have been ended/,
  },
  {
    what: "deleting the account",
    endpoint: "/users/me",
    post: (browser, email) => browser.post(account, "/account", { intent: "delete", email }),
    location: "/",
    unknown: /Your account may have been deleted. Reload/,
  },
];

async function newUser(): Promise<[Browser, string]> {
  const email = `${crypto.randomUUID()}@example.com`;
  return [await signedUp(email), email];
}

test.each(forms)("$what works while each answer of Stack takes seconds", async (form) => {
  const [browser, email] = await newUser();
  startClock();
  const [reads, changes] = [["/projects/current", "/auth/sessions", "/contact-channels"], [form.endpoint]];
  stack.use(
    ...reads.map((path) => http.get(stackUrl + path, () => void vi.advanceTimersByTime(4_900))),
    ...changes.map((path) =>
      http.all(stackUrl + path, ({ request }) => {
        if (request.method !== "GET") vi.advanceTimersByTime(9_900);
      }),
    ),
  );
  expect(await form.post(browser, email)).toRedirectTo(form.location);
});

test.each(forms)("$what without an answer of Stack says what may have happened", async (form) => {
  const [browser, email] = await newUser();
  startClock();
  stack.use(
    http.all(stackUrl + form.endpoint, ({ request }) => {
      if (request.method === "GET") return undefined;
      vi.advanceTimersByTime(10_000);
      return HttpResponse.error();
    }),
  );
  const answer = await form.post(browser, email);
  const { errors } = (await answer.json()) as RefusedForm;
  expect([answer.status, errors.form]).toEqual([503, expect.stringMatching(form.unknown)]);
  expect(errors.form).toContain("The sign-in service didn't answer in time.");
});

test("a mail that was surely not sent is not said to be", async () => {
  startClock();
  const send = () => new Browser().post(magicLink, "/magic-link", { email: "unsent@example.com" });
  const unreachable = { form: "The sign-in service can't be reached. Try again in a moment." };
  stack.use(
    http.get(`${stackUrl}/projects/current`, () => void vi.advanceTimersByTime(5_000), { once: true }),
  );
  expect((await (await send()).json()).errors).toEqual(unreachable);
  stack.use(
    http.post(`${stackUrl}/auth/otp/send-sign-in-code`, () => new HttpResponse(null, { status: 500 })),
  );
  expect((await (await send()).json()).errors).toEqual(unreachable);
});

test("ending very many sessions at a slow Stack gives up after a while, and says that some were ended", async () => {
  const [browser] = await newUser();
  const sessions = Array.from({ length: 60 }, (_, n) => ({ id: `session-${n}`, is_current_session: false }));
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"], now: Date.now() });
  stack.use(
    http.get(`${stackUrl}/auth/sessions`, () => HttpResponse.json({ items: sessions })),
    http.delete(`${stackUrl}/auth/sessions/:id`, () => {
      vi.advanceTimersByTime(900);
      return HttpResponse.json({ success: true });
    }),
  );
  const answer = await browser.post(account, "/account", { intent: "sessions" });
  expect([answer.status, (await answer.json()).errors.form]).toEqual([
    503,
    expect.stringContaining("Some of your other sessions may have been ended"),
  ]);
  expect(stackRequests.filter((request) => request.startsWith("DELETE"))).toHaveLength(20);
});
