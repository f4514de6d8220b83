import { HttpResponse, http } from "msw";
import { afterEach, expect, test, vi } from "vitest";
import { action as changeAccount } from "#app/routes/account/route.tsx";
import { action as magicLink } from "#app/routes/auth/magic-link/route.tsx";
import { action as verifyEmail } from "#app/routes/auth/verify-email/route.tsx";
import { Browser, signedUp } from "#tests/loaders/browser.ts";
import { mailedLinkTo } from "#tests/loaders/mailed-codes/mailed-codes.ts";
import { stack, stackRequests } from "#tests/setup/stack.ts";
import { guess, newEmail, pass, password, times, told } from "./limits.ts";

const asksStack = "POST /api/v1/auth/password/sign-in";
const tooMany = "Too many wrong passwords for this email address. Try again in 15 minutes.";
const log = vi.spyOn(console, "error").mockReturnValue();
afterEach(() => void log.mockClear());

test("after ten wrong passwords none is tried for 15 minutes, not even the right one", async () => {
  const email = newEmail();
  await signedUp(email);
  expect(await guess(email, 10)).toEqual(times(10, 400));
  stackRequests.length = 0;
  const answer = await new Browser().signIn({ email, password });
  expect(await told(answer, 900)).toEqual({ errors: { form: tooMany }, typed: { email, name: "" } });
  expect(stackRequests).toEqual([]);

  await pass(14);
  expect(await told(await new Browser().signIn({ email, password }), 60)).toMatchObject({
    errors: { form: expect.stringMatching(/Try again in (1 minute|\d\d seconds)\.$/) },
  });
  await pass(1);
  expect(await new Browser().signIn({ email, password })).toRedirectTo("/");
});

test("guessing gets the same answers whether or not the account exists", async () => {
  const known = newEmail();
  await signedUp(known);
  const said = async (email: string) => {
    expect(await guess(email, 10)).toEqual(times(10, 400));
    return (await told(await new Browser().signIn({ email, password: "x" }), 900)).errors;
  };
  expect(await said(newEmail())).toEqual(await said(known));
});

test("an address counts as the same in capitals and with white space around it", async () => {
  const email = newEmail();
  await guess(email, 5);
  await guess(` ${email.toUpperCase()} `, 5);
  expect(await guess(email, 1)).toEqual([429]);
});

test("of twenty simultaneous guesses ten are tried", async () => {
  const email = newEmail();
  await signedUp(email);
  stackRequests.length = 0;
  const answers = await Promise.all(Array.from({ length: 20 }, () => guess(email, 1)));
  expect(answers.flat().sort()).toEqual([...times(10, 400), ...times(10, 429)]);
  expect(stackRequests.filter((request) => request === asksStack)).toHaveLength(10);
});

test("the right password resets the count", async () => {
  const email = newEmail();
  await signedUp(email);
  await guess(email, 9);
  expect(await new Browser().signIn({ email, password })).toRedirectTo("/");
  expect(await guess(email, 11)).toEqual([...times(10, 400), 429]);
});

test.each([
  ["does not answer", () => new HttpResponse(null, { status: 500 }), 503],
  [
    "needs a second factor",
    () =>
      HttpResponse.json(
        { code: "MULTI_FACTOR_AUTHENTICATION_REQUIRED" },
        { status: 400, headers: { "x-stack-known-error": "MULTI_FACTOR_AUTHENTICATION_REQUIRED" } },
      ),
    400,
  ],
])("a password for which Stack %s does not count as a guess", async (_, answer, status) => {
  const email = newEmail();
  await signedUp(email);
  stack.use(http.post("http://stack.test/api/v1/auth/password/sign-in", answer));
  expect(await guess(email, 11)).toEqual(times(11, status));
  stack.resetHandlers();
  expect(await new Browser().signIn({ email, password })).toRedirectTo("/");
});

test("a user whose password is being guessed keeps their session, and can sign in by email", async () => {
  const email = newEmail();
  const bob = await signedUp(email);
  const { path } = await mailedLinkTo(email, "/verify-email");
  expect(await new Browser().post(verifyEmail, path, {})).toRedirectTo("/verify-email?done=confirmed");
  expect(await guess(email, 11)).toContain(429);
  expect((await bob.todosPage()).data.view).toBe("list");
  const elsewhere = new Browser();
  await elsewhere.post(magicLink, "/magic-link", { email });
  const link = await mailedLinkTo(email, "/magic-link");
  expect(await elsewhere.post(magicLink, link.path, {})).toRedirectTo("/");
});

test("the current password cannot be guessed at /account, and counts together with the sign-in", async () => {
  const email = newEmail();
  const bob = await signedUp(email);
  const fields = { intent: "password", currentPassword: "wrong horse", newPassword: "battery staple" };
  const change = (more = {}) => bob.post(changeAccount, "/account", { ...fields, ...more });
  await guess(email, 5);
  for (let time = 0; time < 5; time++) expect((await change()).status).toBe(400);
  expect(await told(await change({ currentPassword: password }), 900)).toEqual({
    errors: { form: tooMany },
    typed: { intent: "password" },
  });
  expect(await guess(email, 1)).toEqual([429]);
  await pass(15);
  expect(await change({ currentPassword: password })).toRedirectTo("/account?done=password");
});

test("the log records a refusal, but not whose", async () => {
  const email = newEmail();
  await guess(email, 11);
  const logged = log.mock.calls.map(String);
  expect(logged).toEqual([expect.stringContaining("limit")]);
  expect(logged.join()).not.toContain(email);
});
