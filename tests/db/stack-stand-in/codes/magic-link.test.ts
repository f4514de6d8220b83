import { expect, test } from "vitest";
import {
  asClient,
  asServer,
  bob,
  events,
  linkedCode,
  own,
  request,
  signInByHttp,
  signUpByHttp,
  standIn,
} from "#tests/db/stack-stand-in/harness.ts";

const callback_url = "http://localhost:3000/magic-link";

const send = (email: string) =>
  request("POST", "/auth/otp/send-sign-in-code", asClient, { email, callback_url });
const follow = (code: string) => request("POST", "/auth/otp/sign-in", asClient, { code });

async function typedCode(to: string): Promise<string> {
  const [mail] = await standIn.mails(to);
  return /code: ([0-9A-Z]{6})$/m.exec(mail?.text ?? "")?.[1] ?? "";
}

async function signUpVerified() {
  const { body } = await signUpByHttp(bob);
  await request("PATCH", `/users/${body.user_id}`, asServer, { primary_email_verified: true });
  return body;
}

test("a magic link signs up a new user with a verified email", async () => {
  await send("Bob@example.com");
  const { status, body } = await follow(await linkedCode(bob.email));
  expect([status, body.is_new_user]).toEqual([200, true]);
  expect((await request("GET", "/users/me", own(body.access_token))).body).toMatchObject({
    id: body.user_id,
    primary_email: bob.email,
    primary_email_verified: true,
    otp_auth_enabled: true,
    has_password: false,
  });
  expect(await events()).toMatchObject([{ type: "user.created", data: { primary_email: bob.email } }]);
});

test("the six characters in the email and the nonce in the answer sign in once, as the link does", async () => {
  const { nonce } = (await send(bob.email)).body;
  const typed = await typedCode(bob.email);
  const linked = await linkedCode(bob.email);
  expect(`${typed.toLowerCase()}${nonce}`).toBe(linked);
  expect((await follow(`OOOOOO${nonce}`)).knownError).toBe("VERIFICATION_CODE_NOT_FOUND");
  expect((await follow(`${typed}${nonce}`)).status).toBe(200);
  expect((await follow(linked)).knownError).toBe("VERIFICATION_CODE_ALREADY_USED");
});

test("a magic link signs in a user with a verified email, who keeps their password", async () => {
  const { user_id } = await signUpVerified();
  await send(bob.email.toUpperCase());
  const { body } = await follow(await linkedCode(bob.email));
  expect(body).toMatchObject({ is_new_user: false, user_id });
  const user = (await request("GET", "/users/me", own(body.access_token))).body;
  expect(user).toMatchObject({ otp_auth_enabled: true, has_password: true });
  expect((await signInByHttp(bob)).status).toBe(200);
  expect(await events()).toMatchObject([{ type: "user.created" }, { type: "user.updated" }]);
});

test("an unverified address gets no magic link", async () => {
  await signUpByHttp(bob);
  expect(await send(bob.email)).toMatchObject({
    status: 409,
    knownError: "USER_EMAIL_ALREADY_EXISTS",
    body: { details: { email: bob.email, would_work_if_email_was_verified: true } },
  });
  expect(await standIn.mails()).toEqual([]);
});

test("a magic link does not open an account that another user has since created with the address", async () => {
  await send(bob.email);
  const code = await linkedCode(bob.email);
  await signUpByHttp(bob);
  expect((await follow(code)).knownError).toBe("USER_EMAIL_ALREADY_EXISTS");
  expect((await follow(code)).knownError).toBe("VERIFICATION_CODE_ALREADY_USED");
});
