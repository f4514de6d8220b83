import { decodeJwt } from "jose";
import sql from "sql-template-tag";
import { expect, test } from "vitest";
import { z } from "zod";
import { statement } from "#app/db/statement.server.ts";
import {
  asClient,
  asServer,
  bob,
  database,
  doug,
  own,
  request,
  signInByHttp,
  signUpByHttp,
} from "./harness.ts";

test("of several simultaneous sign-ups with one email, one succeeds", async () => {
  const answers = await Promise.all(Array.from({ length: 5 }, () => signUpByHttp(bob)));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409]);
});

test("an email address is stored in lower case, and signs in in any case", async () => {
  const { body } = await signUpByHttp({ ...bob, email: "Bob@Example.COM" });
  expect(decodeJwt(body.access_token).email).toBe("bob@example.com");
  expect(await signInByHttp({ ...bob, email: "bOB@example.com" })).toMatchObject({
    status: 200,
    body: { user_id: body.user_id },
  });
});

test("a password is stored as a hash with its own salt", async () => {
  await signUpByHttp(bob);
  await signUpByHttp({ ...doug, password: bob.password });
  const hashes = await database.query(
    statement(z.object({ password_hash: z.string() }), sql`select password_hash from users`),
  );
  expect(new Set(hashes.map((each) => each.password_hash)).size).toBe(2);
  expect(JSON.stringify(hashes)).not.toContain(bob.password);
});

test("a password set by a server ends all sessions", async () => {
  const { body } = await signUpByHttp(bob);
  await request("PATCH", `/users/${body.user_id}`, asServer, { password: doug.password });
  const headers = { ...asClient, "x-stack-refresh-token": body.refresh_token };
  expect((await request("POST", "/auth/sessions/current/refresh", headers)).status).toBe(401);
  expect((await signInByHttp(bob)).status).toBe(400);
  expect((await signInByHttp({ ...bob, password: doug.password })).status).toBe(200);
});

test("a user who changes their password keeps the current session", async () => {
  const { body: other } = await signUpByHttp(bob);
  const { body: current } = await signInByHttp(bob);
  const headers = { ...own(current.access_token), "x-stack-refresh-token": current.refresh_token };
  const update = (old_password: string) =>
    request("POST", "/auth/password/update", headers, { old_password, new_password: doug.password });
  expect((await update("correct house")).knownError).toBe("PASSWORD_CONFIRMATION_MISMATCH");
  expect((await update(bob.password)).body).toEqual({ success: true });

  const refresh = async (refreshToken: string) => {
    const of = { ...asClient, "x-stack-refresh-token": refreshToken };
    return (await request("POST", "/auth/sessions/current/refresh", of)).status;
  };
  expect(await refresh(current.refresh_token)).toBe(200);
  expect(await refresh(other.refresh_token)).toBe(401);
});
