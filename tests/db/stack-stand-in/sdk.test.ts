import { StackClientApp, StackServerApp } from "@stackframe/stack";
import { decodeJwt } from "jose";
import { expect, test } from "vitest";
import { z } from "zod";
import { asClient, bob, doug, events, linkedCode, own, project, request, signInByHttp } from "./harness.ts";

// The SDK waits 5 s for something after each sign-in: these stand in one file, where that happens once.

// As the app uses it: one app object per sign-in.

function clientApp() {
  const { apiUrl: baseUrl, projectId, publishableClientKey } = project;
  return new StackClientApp({
    baseUrl,
    projectId,
    publishableClientKey,
    tokenStore: "memory",
    redirectMethod: "none",
    noAutomaticPrefetch: true,
  });
}

function serverApp() {
  return new StackServerApp({
    baseUrl: project.apiUrl,
    projectId: project.projectId,
    publishableClientKey: project.publishableClientKey,
    secretServerKey: project.secretServerKey,
    tokenStore: "memory",
    redirectMethod: "none",
    noAutomaticPrefetch: true,
  });
}

async function signUp(credentials: typeof bob) {
  const app = clientApp();
  const result = await app.signUpWithCredential({
    ...credentials,
    noRedirect: true,
    noVerificationCallback: true,
  });
  return { app, result };
}

async function signIn(credentials: typeof bob) {
  const app = clientApp();
  const result = await app.signInWithCredential({ ...credentials, noRedirect: true });
  return { app, result };
}

async function tokensOf(app: ReturnType<typeof clientApp>) {
  const user = await app.getUser({ or: "throw" });
  return z
    .object({ accessToken: z.string(), refreshToken: z.string() })
    .parse(await user.currentSession.getTokens());
}

test("the SDK signs a user up, and in again", async () => {
  const signedUp = await signUp(bob);
  expect(signedUp.result.status).toBe("ok");
  const signedIn = await signIn(bob);
  expect(signedIn.result.status).toBe("ok");
  const ids = [await signedUp.app.getUser(), await signedIn.app.getUser()].map((user) => user?.id);
  expect(ids).toEqual([expect.any(String), ids[0]]);
});

test("signing up twice with one email is USER_EMAIL_ALREADY_EXISTS", async () => {
  await signUp(bob);
  const { result } = await signUp({ ...bob, email: "BOB@Example.com" });
  expect(result).toMatchObject({ status: "error", error: { errorCode: "USER_EMAIL_ALREADY_EXISTS" } });
  expect(await events()).toHaveLength(1);
});

test("a wrong password and an unknown email are the same EMAIL_PASSWORD_MISMATCH", async () => {
  await signUp(bob);
  const wrong = await signIn({ ...bob, password: "correct house" });
  expect(wrong.result).toMatchObject({ status: "error", error: { errorCode: "EMAIL_PASSWORD_MISMATCH" } });
  const [a, b] = await Promise.all([signInByHttp({ ...bob, password: "correct house" }), signInByHttp(doug)]);
  expect(a.status).toBe(400);
  expect(b).toEqual({ ...a, headers: expect.anything() });
});

test("a password of 7 characters is PASSWORD_TOO_SHORT", async () => {
  const { result } = await signUp({ ...bob, password: "1234567" });
  expect(result).toMatchObject({ status: "error", error: { errorCode: "PASSWORD_TOO_SHORT" } });
});

test("a password of 71 characters is SCHEMA_ERROR, one of 70 is accepted", async () => {
  await expect(signUp({ ...bob, password: "x".repeat(71) })).rejects.toMatchObject({
    errorCode: "SCHEMA_ERROR",
  });
  expect((await signUp({ ...bob, password: "x".repeat(70) })).result.status).toBe("ok");
});

test("signing out with the SDK revokes the refresh token, but not the access token", async () => {
  const { app } = await signUp(bob);
  const { accessToken, refreshToken } = await tokensOf(app);
  await (await app.getUser({ or: "throw" })).signOut();
  const headers = { ...asClient, "x-stack-refresh-token": refreshToken };
  expect(await request("POST", "/auth/sessions/current/refresh", headers)).toMatchObject({
    status: 401,
    knownError: "REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED",
  });
  expect((await request("GET", "/users/me", own(accessToken))).status).toBe(200);
});

test("a name that a user sets with the SDK is in their next access token", async () => {
  const { app } = await signUp(bob);
  const user = await app.getUser({ or: "throw" });
  await user.update({ displayName: "Bob" });
  expect((await app.getUser())?.displayName).toBe("Bob");
  expect(decodeJwt((await tokensOf(app)).accessToken).name).toBe("Bob");
});

test("a server finds a user by email and gives them a role, which clients cannot see or write", async () => {
  const { app } = await signUp(bob);
  await signUp(doug);
  const found = await serverApp().listUsers({ query: "BOB@example" });
  expect(found.map((user) => user.primaryEmail)).toEqual(["bob@example.com"]);
  await found[0]?.update({ serverMetadata: { role: "admin" } });

  const [again] = await serverApp().listUsers({ query: "bob@example.com" });
  expect(again?.serverMetadata).toEqual({ role: "admin" });
  const headers = own((await tokensOf(app)).accessToken);
  expect((await request("GET", "/users/me", headers)).body).not.toHaveProperty("server_metadata");
  const written = await request("PATCH", "/users/me", headers, { server_metadata: { role: "admin" } });
  expect(written).toMatchObject({ status: 400, knownError: "SCHEMA_ERROR" });
});

test("the SDK resets a password by email", async () => {
  await signUp(bob);
  const app = clientApp();
  const callbackUrl = "http://localhost:3000/reset-password";
  expect((await app.sendForgotPasswordEmail(bob.email, { callbackUrl })).status).toBe("ok");
  const code = await linkedCode(bob.email);
  expect((await app.verifyPasswordResetCode(code)).status).toBe("ok");
  expect((await app.resetPassword({ code, password: doug.password })).status).toBe("ok");
  expect(await app.resetPassword({ code, password: bob.password })).toMatchObject({
    status: "error",
    error: { errorCode: "VERIFICATION_CODE_ALREADY_USED" },
  });
  expect((await signIn({ ...bob, password: doug.password })).result.status).toBe("ok");
});

test("the SDK verifies an email", async () => {
  const { app } = await signUp(bob);
  const user = await app.getUser({ or: "throw" });
  const [unverified] = await user.listContactChannels();
  await unverified?.sendVerificationEmail({ callbackUrl: "http://localhost:3000/verify-email" });
  expect((await app.verifyEmail(await linkedCode(bob.email))).status).toBe("ok");
  const [verified] = await (await app.getUser({ or: "throw" })).listContactChannels();
  expect(verified).toMatchObject({ value: bob.email, isVerified: true, isPrimary: true, usedForAuth: true });
});

test("the SDK signs in a new user by magic link", async () => {
  const app = clientApp();
  const callbackUrl = "http://localhost:3000/magic-link";
  expect((await app.sendMagicLinkEmail(bob.email, { callbackUrl })).status).toBe("ok");
  const signedIn = await app.signInWithMagicLink(await linkedCode(bob.email), { noRedirect: true });
  expect(signedIn.status).toBe("ok");
  expect(await app.getUser()).toMatchObject({ primaryEmail: bob.email, primaryEmailVerified: true });
});
