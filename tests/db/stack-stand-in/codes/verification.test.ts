import { expect, test } from "vitest";
import {
  asClient,
  asServer,
  bob,
  doug,
  events,
  linkedCode,
  own,
  request,
  signUpByHttp,
  standIn,
} from "#tests/db/stack-stand-in/harness.ts";

const callback_url = "http://localhost:3000/verify-email";

const signUpToVerify = (credentials: typeof bob) =>
  request("POST", "/auth/password/sign-up", asClient, {
    ...credentials,
    verification_callback_url: callback_url,
  });
const verify = (code: string) => request("POST", "/contact-channels/verify", asClient, { code });
const channelsOf = async (accessToken: string) =>
  (await request("GET", "/contact-channels?user_id=me", own(accessToken))).body.items;
const sendAgain = (accessToken: string, channelId: string, userId = "me") =>
  request("POST", `/contact-channels/${userId}/${channelId}/send-verification-code`, own(accessToken), {
    callback_url,
  });

test("a sign-up with a link target gets a code that verifies the email once", async () => {
  const { body } = await signUpToVerify(bob);
  expect(await standIn.mails()).toMatchObject([
    { to: bob.email, subject: "Verify your email at Stand-in for Stack Auth" },
  ]);
  const code = await linkedCode(bob.email);
  expect(await verify(code)).toMatchObject({ status: 200, body: { success: true } });
  expect(await verify(code)).toMatchObject({ status: 409, knownError: "VERIFICATION_CODE_ALREADY_USED" });
  const user = (await request("GET", "/users/me", own(body.access_token))).body;
  expect(user).toMatchObject({ primary_email: bob.email, primary_email_verified: true });
});

test("a sign-up without a link target gets no email, and neither does a refused one", async () => {
  await signUpByHttp(bob);
  expect((await signUpToVerify(bob)).knownError).toBe("USER_EMAIL_ALREADY_EXISTS");
  expect((await signUpToVerify({ ...doug, password: "1234567" })).knownError).toBe("PASSWORD_TOO_SHORT");
  expect(await standIn.mails()).toEqual([]);
});

test("verifying an email is not an event", async () => {
  await signUpToVerify(bob);
  await verify(await linkedCode(bob.email));
  expect(await events()).toMatchObject([{ type: "user.created" }]);
});

test("the email is sent again on request until the address is verified", async () => {
  const { body } = await signUpToVerify(bob);
  const [channel] = await channelsOf(body.access_token);
  expect(channel).toEqual({
    user_id: body.user_id,
    id: expect.any(String),
    type: "email",
    value: bob.email,
    is_primary: true,
    is_verified: false,
    used_for_auth: true,
  });
  expect(await sendAgain(body.access_token, channel.id)).toMatchObject({
    status: 200,
    body: { success: true },
  });
  expect(await standIn.mails(bob.email)).toHaveLength(2);
  await verify(await linkedCode(bob.email));
  expect(await sendAgain(body.access_token, channel.id)).toMatchObject({
    status: 409,
    knownError: "EMAIL_ALREADY_VERIFIED",
  });
  expect(await standIn.mails(bob.email)).toHaveLength(2);
});

test("a user sees only their own addresses, oldest first, and can send emails to no others", async () => {
  const { body: bobs } = await signUpByHttp(bob);
  const { body: dougs } = await signUpByHttp(doug);
  const newEmail = { primary_email: "robert@example.com" };
  await request("PATCH", "/users/me", own(bobs.access_token), newEmail);
  expect(await channelsOf(bobs.access_token)).toMatchObject([
    { value: bob.email, is_primary: false },
    { value: "robert@example.com", is_primary: true, used_for_auth: true },
  ]);
  const [dougsChannel] = await channelsOf(dougs.access_token);
  const foreign = await request("GET", `/contact-channels?user_id=${dougs.user_id}`, own(bobs.access_token));
  expect(foreign.status).toBe(403);
  expect((await sendAgain(bobs.access_token, dougsChannel.id)).status).toBe(404);
  expect((await sendAgain(bobs.access_token, dougsChannel.id, dougs.user_id)).status).toBe(400);
  expect(await standIn.mails()).toEqual([]);
});

test("without a user there are no addresses, and a server sees every user's", async () => {
  const { body } = await signUpByHttp(bob);
  await signUpByHttp(doug);
  for (const path of ["/contact-channels?user_id=me", "/contact-channels"]) {
    expect((await request("GET", path, asClient)).knownError).toBe("CANNOT_GET_OWN_USER_WITHOUT_USER");
  }
  const all = await request("GET", "/contact-channels", asServer);
  expect(all.body.items).toMatchObject([{ value: bob.email }, { value: doug.email }]);
  const [channel] = await channelsOf(body.access_token);
  const sent = await request(
    "POST",
    `/contact-channels/${body.user_id}/${channel.id}/send-verification-code`,
    asServer,
    { callback_url },
  );
  expect(sent.status).toBe(200);
  expect(await standIn.mails()).toMatchObject([{ to: bob.email }]);
});

test("an address with a capital letter is not verified by the sign-up email, but by the next one", async () => {
  const { body } = await signUpToVerify({ ...bob, email: "Bob@example.com" });
  const answer = await verify(await linkedCode(bob.email));
  expect(answer).toMatchObject({ status: 400, body: expect.stringContaining("Contact channel not found") });
  const [channel] = await channelsOf(body.access_token);
  await sendAgain(body.access_token, channel.id);
  expect((await verify(await linkedCode(bob.email))).status).toBe(200);
});
