import { expect, test } from "vitest";
import * as signInRoute from "#app/routes/auth/password/sign-in.tsx";
import * as signUpRoute from "#app/routes/auth/password/sign-up.tsx";
import { Browser } from "#tests/loaders/browser.ts";
import { startNeonAuth } from "./neon-auth.ts";

const neon = await startNeonAuth({ requiresVerifiedEmail: true });

test("where addresses have to be verified, a new user is told so, and signs in once the mailed link was opened", async () => {
  const typed = { email: `${crypto.randomUUID()}@example.com`, password: "correct horse" };
  const browser = new Browser();
  const toldSo = { form: expect.stringContaining("Open the link in the email") };
  const signedUp = await browser.post(signUpRoute.action, "/sign-up", typed);
  expect([signedUp.status, (await signedUp.json()).errors, browser.cookie]).toEqual([400, toldSo, ""]);
  const signIn = () => browser.post(signInRoute.action, "/sign-in", typed);
  expect((await (await signIn()).json()).errors).toEqual(toldSo);

  const verified = await fetch(neon.mails[0]?.link ?? "", { redirect: "manual" });
  expect(verified.headers.get("location")).toMatch(/^http:\/\/localhost:3000\/verify-email/);
  expect(await signIn()).toRedirectTo("/");
  expect((await browser.todosPage()).data).toMatchObject({ view: "list", viewer: { email: typed.email } });
});
