import { HttpResponse, http } from "msw";
import { expect, test, vi } from "vitest";
import { action as magicLink } from "#app/routes/auth/magic-link/route.tsx";
import { action as forgotPassword } from "#app/routes/auth/password/forgot-password.tsx";
import { action as verifyEmail } from "#app/routes/auth/verify-email/route.tsx";
import { Browser, signedUp } from "#tests/loaders/browser.ts";
import { stack, stackRequests, standIn } from "#tests/setup/stack.ts";
import { newEmail, pass, told } from "./limits.ts";

const tooMany = "Too many emails were requested for this address. Try again in 60 minutes.";
vi.spyOn(console, "error").mockReturnValue();

test("an address gets five mails an hour, of any kind, and the sixth request is told to wait", async () => {
  const email = newEmail();
  const bob = await signedUp(email);
  const sends = [
    () => new Browser().post(forgotPassword, "/forgot-password", { email: email.toUpperCase() }),
    () => bob.post(verifyEmail, "/verify-email", {}),
  ] as const;
  const [forgot, verify] = sends;
  for (const send of [forgot, verify, forgot, verify, forgot]) expect((await send()).status).toBe(303);
  expect(await told(await forgot(), 3_600)).toEqual({
    errors: { form: tooMany },
    typed: { email: email.toUpperCase() },
  });
  expect(await told(await verify(), 3_600)).toEqual({ errors: { form: tooMany }, typed: {} });
  stackRequests.length = 0;
  const link = await new Browser().post(magicLink, "/magic-link", { email });
  expect(await told(link, 3_600)).toEqual({ errors: { form: tooMany }, typed: { email } });
  expect(stackRequests).toEqual([]);
  await pass(60);
  expect(await forgot()).toRedirectTo("/forgot-password?done=sent");
});

test("the sixth mail is also refused to an address without an account", async () => {
  const email = newEmail();
  const forgot = () => new Browser().post(forgotPassword, "/forgot-password", { email });
  for (let time = 0; time < 5; time++) expect(await forgot()).toRedirectTo("/forgot-password?done=sent");
  expect(await told(await forgot(), 3_600)).toEqual({ errors: { form: tooMany }, typed: { email } });
});

test("a mail that Stack refuses counts", async () => {
  standIn.settings.allowsMagicLinks = false;
  const email = newEmail();
  const send = () => new Browser().post(magicLink, "/magic-link", { email });
  for (let time = 0; time < 5; time++) expect((await send()).status).toBe(400);
  expect(await told(await send(), 3_600)).toEqual({ errors: { form: tooMany }, typed: { email } });
});

test("a mail does not count when Stack cannot be asked for it", async () => {
  const email = newEmail();
  const send = () => new Browser().post(magicLink, "/magic-link", { email });
  stack.use(http.get("http://stack.test/api/v1/projects/current", () => HttpResponse.error()));
  for (let time = 0; time < 6; time++) expect((await send()).status).toBe(503);
  stack.resetHandlers();
  expect((await send()).status).toBe(303);
});
