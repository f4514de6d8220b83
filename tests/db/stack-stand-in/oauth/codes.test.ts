import sql from "sql-template-tag";
import { expect, test } from "vitest";
import { z } from "zod";
import { statement } from "#app/db/statement.server.ts";
import { asServer, bob, database, request, run } from "#tests/db/stack-stand-in/harness.ts";
import { comeBack, exchange } from "./harness.ts";

// The codes that Stack gives the app.

const invalid = { status: 400, knownError: "INVALID_AUTHORIZATION_CODE" };

async function newCode(changes: Record<string, string> = {}): Promise<string> {
  return z.string().parse((await comeBack("github", bob.email, changes)).parameters.code);
}

test("of many simultaneous exchanges of a code, one gets tokens", async () => {
  const code = await newCode();
  const answers = await Promise.all(Array.from({ length: 8 }, () => exchange(code)));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(400)]);
  const sessions = await database.query(
    statement(z.object({ id: z.string() }), sql`select id from sessions`),
  );
  expect(sessions).toHaveLength(1);
});

test("a code works for five minutes", async () => {
  const [inTime, late] = [await newCode(), await newCode()];
  await run(sql`update authorization_codes set expires_at = expires_at - interval '4 minutes 30 seconds'`);
  expect((await exchange(inTime)).status).toBe(200);
  await run(sql`update authorization_codes set expires_at = expires_at - interval '30 seconds'`);
  expect(await exchange(late)).toMatchObject(invalid);
});

test("an exchange with a wrong or missing verifier, or another redirect URI, does not use up the code", async () => {
  const code = await newCode();
  for (const wrong of ["x".repeat(43), undefined]) {
    expect(await exchange(code, { code_verifier: wrong })).toMatchObject(invalid);
  }
  for (const wrong of ["http://localhost:3000/other", undefined]) {
    expect(await exchange(code, { redirect_uri: wrong })).toMatchObject({
      status: 400,
      knownError: null,
      body: expect.stringContaining("Invalid redirect URI"),
    });
  }
  expect((await exchange(code)).status).toBe(200);
});

test("an exchange without a code, or with an unknown one, is refused", async () => {
  for (const wrong of [undefined, "", "0".repeat(64)]) expect(await exchange(wrong)).toMatchObject(invalid);
});

test("a code accepts the verifier with the announced method", async () => {
  const plain = await newCode({ code_challenge: "y".repeat(43), code_challenge_method: "plain" });
  expect((await exchange(plain, { code_verifier: "y".repeat(43) })).status).toBe(200);
  const none = await newCode({ code_challenge: "" });
  expect(await exchange(none)).toMatchObject(invalid);
  expect((await exchange(none, { code_verifier: undefined })).status).toBe(200);
});

test("a deleted user's code is worthless", async () => {
  const code = await newCode();
  const { items } = (await request("GET", "/users", asServer)).body;
  await request("DELETE", `/users/${items[0].id}`, asServer);
  expect(await exchange(code)).toMatchObject(invalid);
});

test("the app's next page comes back with the tokens", async () => {
  const wanted = "http://localhost:3000/account";
  const { body } = await exchange(await newCode({ after_callback_redirect_url: wanted }));
  expect(body).toMatchObject({ after_callback_redirect_url: wanted, afterCallbackRedirectUrl: wanted });
});
