import { expect, test } from "vitest";
import {
  asClient,
  bob,
  doug,
  events,
  linkedCode,
  refreshByHttp,
  request,
  signInByHttp,
  signUpByHttp,
  standIn,
} from "#tests/db/stack-stand-in/harness.ts";

const callback_url = "http://localhost:3000/reset-password?redirectTo=%2Fstats&code=old";
const newPassword = "purple monkey";

const askForReset = (email: string) =>
  request("POST", "/auth/password/send-reset-code", asClient, { email, callback_url });
const reset = (code: string, password = newPassword) =>
  request("POST", "/auth/password/reset", asClient, { code, password });

test("an emailed code sets a new password once", async () => {
  await signUpByHttp(bob);
  await askForReset(bob.email);
  const code = await linkedCode(bob.email);
  expect(await reset(code)).toMatchObject({ status: 200, body: { success: true } });
  expect(await reset(code, "another password")).toMatchObject({
    status: 409,
    knownError: "VERIFICATION_CODE_ALREADY_USED",
  });
  expect((await signInByHttp(bob)).status).toBe(400);
  expect((await signInByHttp({ ...bob, password: newPassword })).status).toBe(200);
});

test("of several simultaneous resets with one code, one succeeds", async () => {
  await signUpByHttp(bob);
  await askForReset(bob.email);
  const code = await linkedCode(bob.email);
  const answers = await Promise.all(["one", "two", "three"].map((each) => reset(code, `password ${each}`)));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
});

test("a reset ends all sessions of that user only", async () => {
  const { body: first } = await signUpByHttp(bob);
  const { body: second } = await signInByHttp(bob);
  const { body: dougs } = await signUpByHttp(doug);
  await askForReset(bob.email);
  await reset(await linkedCode(bob.email));
  const tokens = [first.refresh_token, second.refresh_token, dougs.refresh_token];
  const answers = await Promise.all(tokens.map(refreshByHttp));
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 200]);
});

test("a reset is a user.updated event, and asking for it is not", async () => {
  await signUpByHttp(bob);
  await askForReset(bob.email);
  expect(await events()).toMatchObject([{ type: "user.created" }]);
  await reset(await linkedCode(bob.email));
  expect(await events()).toMatchObject([{ type: "user.created" }, { type: "user.updated" }]);
});

test("the link is the app's URL with the code in its query", async () => {
  await signUpByHttp(bob);
  await askForReset(bob.email);
  const [mail] = await standIn.mails();
  const code = await linkedCode(bob.email);
  expect(code).toMatch(/^[0-9a-z]{45}$/);
  expect(mail).toEqual({
    to: bob.email,
    subject: "Reset your password at Stand-in for Stack Auth",
    text: expect.stringContaining(`\n${mail?.links[0]}\n`),
    links: [`http://localhost:3000/reset-password?redirectTo=%2Fstats&code=${code}`],
    sentAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  });
  expect(Math.abs(Date.now() - Date.parse(mail?.sentAt ?? ""))).toBeLessThan(60_000);
});

test("an unknown address gets the same answer, and no email is sent", async () => {
  await signUpByHttp(bob);
  const known = await askForReset(bob.email.toUpperCase());
  expect(await askForReset(doug.email)).toEqual({ ...known, headers: expect.anything() });
  expect(known.body).toEqual({ success: "maybe, only if user with e-mail exists" });
  expect(await standIn.mails()).toMatchObject([{ to: bob.email.toUpperCase() }]);
});

test("a password that is too short uses up the code, one that is too long does not", async () => {
  await signUpByHttp(bob);
  await askForReset(bob.email);
  const code = await linkedCode(bob.email);
  expect((await reset(code, "x".repeat(71))).knownError).toBe("SCHEMA_ERROR");
  expect((await reset(code, "1234567")).knownError).toBe("PASSWORD_TOO_SHORT");
  expect((await reset(code)).knownError).toBe("VERIFICATION_CODE_ALREADY_USED");
  expect((await signInByHttp(bob)).status).toBe(200);
});

test("a code outlives its user, but is worthless then", async () => {
  const { body } = await signUpByHttp(bob);
  await askForReset(bob.email);
  await request("DELETE", "/users/me", { ...asClient, "x-stack-access-token": body.access_token });
  expect((await reset(await linkedCode(bob.email))).knownError).toBe("USER_NOT_FOUND");
});
