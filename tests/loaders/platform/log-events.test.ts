import { beforeEach, expect, test, vi } from "vitest";
import { logAsJson } from "#app/platform/log.server.ts";
import * as accountRoute from "#app/routes/account/route.tsx";
import { loader as callbackLoader } from "#app/routes/auth/oauth/callback.ts";
import * as signOutRoute from "#app/routes/auth/sign-out.ts";
import { Browser, signedUp } from "#tests/loaders/browser.ts";

// What the log says afterward about what users did.

const stdout = vi.spyOn(console, "log").mockReturnValue();
beforeEach(() => {
  logAsJson("info");
  stdout.mockClear();
});

/** The logged events, without their times. */
function events(): Record<string, unknown>[] {
  return stdout.mock.calls.map(([text]) => {
    const { level, time, msg, ...rest } = JSON.parse(String(text));
    return rest;
  });
}

const password = "correct horse";

test("a sign-up, a sign-out, and a sign-in are logged with their user", async () => {
  const bob = await signedUp("bob@example.com");
  const { data } = await bob.todosPage();
  await bob.post(signOutRoute.action, "/sign-out", {});
  await bob.signIn({ email: "bob@example.com", password });
  const userId = data.viewer.id;
  expect(events()).toEqual([
    { event: "signed in", userId },
    { event: "signed out", userId },
    { event: "signed in", userId },
  ]);
});

test("a failed sign-in is logged with the reason, and without the typed text", async () => {
  await signedUp("doug@example.com");
  stdout.mockClear();
  const browser = new Browser();
  await browser.signIn({ email: "doug@example.com", password: "planted wrong one" });
  await browser.signUp({ email: "doug@example.com", password: "planted wrong one" });
  await browser.load(callbackLoader, "/auth/github/callback?code=planted&state=planted");
  expect(events()).toEqual([
    { event: "sign-in failed", reason: "EMAIL_PASSWORD_MISMATCH" },
    { event: "sign-up failed", reason: "USER_EMAIL_ALREADY_EXISTS" },
    { event: "sign-in failed", reason: "unknown" },
  ]);
  expect(String(stdout.mock.calls)).not.toMatch(/planted|example/);
});

test("a change to an account is logged, and so is a wrong password for it", async () => {
  const bob = await signedUp("changing@example.com");
  const { id: userId } = (await bob.todosPage()).data.viewer;
  stdout.mockClear();
  const change = (intent: string, fields: Record<string, string>) =>
    bob.post(accountRoute.action, "/account", { intent, ...fields });
  await change("password", { currentPassword: "planted wrong one", newPassword: "planted new one" });
  await change("password", { currentPassword: password, newPassword: "planted new one" });
  await change("delete", { email: "changing@example.com" });
  expect(events()).toEqual([
    { event: "account form refused", reason: "PASSWORD_CONFIRMATION_MISMATCH" },
    { event: "password changed", userId },
    { event: "account deleted", userId },
  ]);
  expect(String(stdout.mock.calls)).not.toMatch(/planted|example/);
});

test("a change to the list is logged with its todo's id, and without its task", async () => {
  const bob = await signedUp("lister@example.com");
  await bob.change({ intent: "add", task: "planted" });
  const { data } = await bob.todosPage();
  const id = data.todos.find(({ task }) => task === "planted")?.id ?? "";
  stdout.mockClear();
  await bob.change({ intent: "edit", id, task: "planted too" });
  await bob.change({ intent: "delete", id });
  expect(events()).toEqual([
    { event: "change", intent: "edit", todoId: id },
    { event: "change", intent: "delete", todoId: id },
  ]);
});
