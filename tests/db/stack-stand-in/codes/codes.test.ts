import sql from "sql-template-tag";
import { beforeEach, expect, test } from "vitest";
import {
  asClient,
  bob,
  doug,
  linkedCode,
  request,
  run,
  signUpByHttp,
  standIn,
} from "#tests/db/stack-stand-in/harness.ts";

// What all emailed codes have in common, tested with password resets.

const callback_url = "http://localhost:3000/reset-password";

beforeEach(async () => {
  await signUpByHttp(bob);
});

async function newCode(): Promise<string> {
  await request("POST", "/auth/password/send-reset-code", asClient, { email: bob.email, callback_url });
  return linkedCode(bob.email);
}

const check = (code: string, path = "/auth/password/reset") =>
  request("POST", `${path}/check-code`, asClient, { code });
const reset = (code: string) =>
  request("POST", "/auth/password/reset", asClient, { code, password: "purple monkey" });

test("checking a code does not use it up", async () => {
  const code = await newCode();
  for (const _ of ["once", "twice"]) expect((await check(code)).body).toEqual({ is_code_valid: true });
  expect((await reset(code)).status).toBe(200);
  expect((await check(code)).knownError).toBe("VERIFICATION_CODE_ALREADY_USED");
});

test("a code works in capitals, too", async () => {
  expect((await reset((await newCode()).toUpperCase())).status).toBe(200);
});

test("an older code still works when there is a newer one", async () => {
  const [older, newer] = [await newCode(), await newCode()];
  expect((await reset(newer)).status).toBe(200);
  expect((await reset(older)).status).toBe(200);
});

test("an unknown code is VERIFICATION_CODE_NOT_FOUND", async () => {
  for (const ask of [check, reset]) {
    expect(await ask("x".repeat(45))).toMatchObject({
      status: 404,
      knownError: "VERIFICATION_CODE_NOT_FOUND",
    });
  }
});

test("a code for one purpose is not found for another", async () => {
  const code = await newCode();
  for (const path of ["/contact-channels/verify", "/auth/otp/sign-in"]) {
    expect((await check(code, path)).knownError).toBe("VERIFICATION_CODE_NOT_FOUND");
  }
});

test("a code of another length is SCHEMA_ERROR", async () => {
  expect(await check("123456")).toMatchObject({
    status: 400,
    knownError: "SCHEMA_ERROR",
    body: { error: expect.stringContaining("body.code must be exactly 45 characters") },
  });
});

test("after seven days a code is VERIFICATION_CODE_EXPIRED, used or not", async () => {
  const [unused, used] = [await newCode(), await newCode()];
  await reset(used);
  await run(sql`update emailed_codes set expires_at = expires_at - interval '7 days' + interval '1 minute'`);
  expect((await check(unused)).status).toBe(200);
  await run(sql`update emailed_codes set expires_at = expires_at - interval '1 minute'`);
  for (const code of [unused, used]) {
    expect(await reset(code)).toMatchObject({ status: 400, knownError: "VERIFICATION_CODE_EXPIRED" });
  }
});

test("after 20 attempts a code is VERIFICATION_CODE_MAX_ATTEMPTS_REACHED", async () => {
  const code = await newCode();
  for (let attempt = 1; attempt <= 20; attempt++) expect((await check(code)).status).toBe(200);
  expect(await reset(code)).toMatchObject({
    status: 400,
    knownError: "VERIFICATION_CODE_MAX_ATTEMPTS_REACHED",
  });
});

test("an attempt at the six characters that users type counts for that code only", async () => {
  const [code, other] = [await newCode(), await newCode()];
  for (let attempt = 1; attempt <= 20; attempt++) {
    expect((await check(`OOOOOO${code.slice(6)}`)).knownError).toBe("VERIFICATION_CODE_NOT_FOUND");
  }
  expect((await check(code)).knownError).toBe("VERIFICATION_CODE_MAX_ATTEMPTS_REACHED");
  expect((await check(other)).status).toBe(200);
});

test("emails may only link to this machine", async () => {
  const leadTo = (verification_callback_url: string) =>
    request("POST", "/auth/password/sign-up", asClient, { ...doug, verification_callback_url });
  for (const elsewhere of [
    "http://localhost.example.org/",
    "http://notlocalhost/",
    "https://example.org/?localhost",
    "javascript://localhost/%0aalert(1)",
  ]) {
    expect((await leadTo(elsewhere)).knownError).toBe("REDIRECT_URL_NOT_WHITELISTED");
    const ofBob = { email: bob.email, callback_url: elsewhere };
    const asked = await request("POST", "/auth/password/send-reset-code", asClient, ofBob);
    expect(asked.knownError).toBe("REDIRECT_URL_NOT_WHITELISTED");
  }
  expect(await standIn.mails()).toEqual([]);
  expect((await leadTo("http://localhost:3000/verify-email")).status).toBe(200);
});
