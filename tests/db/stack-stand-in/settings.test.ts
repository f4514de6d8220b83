import { createLocalJWKSet, decodeJwt, jwtVerify } from "jose";
import sql from "sql-template-tag";
import { beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { statement } from "#app/db/statement.server.ts";
import { createStackStandIn } from "#tests/mocks/stack/index.ts";
import { type ProjectSettings, recordedSettings } from "#tests/mocks/stack/project-settings.ts";
import { createTables } from "#tests/mocks/stack/schema.ts";
import {
  asClient,
  asServer,
  bob,
  database,
  doug,
  events,
  jwksPath,
  linkedCode,
  own,
  project,
  refreshByHttp,
  request,
  run,
  signInByHttp,
  signUpByHttp,
  standIn,
} from "./harness.ts";

const callback_url = "http://localhost:3000/callback";
const unverified = { is_restricted: true, restricted_reason: { type: "email_not_verified" } };
const unrestricted = { is_restricted: false, restricted_reason: null };

beforeEach(() => {
  Object.assign(standIn.settings, recordedSettings);
});

function set(changed: Partial<ProjectSettings>): void {
  Object.assign(standIn.settings, changed);
}

const sendMagicLink = (email: string) =>
  request("POST", "/auth/otp/send-sign-in-code", asClient, { email, callback_url });
const followMagicLink = (code: string) => request("POST", "/auth/otp/sign-in", asClient, { code });
const sendResetCode = (email: string) =>
  request("POST", "/auth/password/send-reset-code", asClient, { email, callback_url });
const verifyAsServer = (userId: string) =>
  request("PATCH", `/users/${userId}`, asServer, { primary_email_verified: true });

test("a stand-in has the recorded settings, except those it is given", async () => {
  const { settings } = await createStackStandIn({ project, database, settings: { allowsSignUp: false } });
  expect(settings).toEqual({ ...recordedSettings, allowsSignUp: false });
});

test("projects/current has the current settings", async () => {
  set({
    allowsSignUp: false,
    allowsPasswords: false,
    allowsMagicLinks: false,
    allowsAccountDeletion: false,
    trustedDomains: [{ domain: "https://todos.example.com", handlerPath: "/" }],
    oauthProviders: ["google"],
  });
  const { body } = await request("GET", "/projects/current", asClient);
  expect(body.config).toMatchObject({
    sign_up_enabled: false,
    credential_enabled: false,
    magic_link_enabled: false,
    client_user_deletion_enabled: false,
    domains: [{ domain: "https://todos.example.com", handler_path: "/" }],
    enabled_oauth_providers: [{ id: "google" }],
  });
});

test("where emails must be verified, a new user's token is restricted", async () => {
  set({ requiresVerifiedEmail: true });
  const { body } = await signUpByHttp(bob);
  expect(decodeJwt(body.access_token)).toMatchObject({
    iss: `${project.apiUrl}/api/v1/projects-restricted-users/${project.projectId}`,
    aud: `${project.projectId}:restricted`,
    sub: body.user_id,
    email_verified: false,
    ...unverified,
  });
});

test("a restricted token is signed with a key that is only published on request", async () => {
  set({ requiresVerifiedEmail: true });
  const { access_token: token } = (await signUpByHttp(bob)).body;
  const keys = async (query: string) => (await request("GET", `${jwksPath}${query}`, {})).body;
  await expect(
    jwtVerify(token, createLocalJWKSet(await keys("?include_restricted=true"))),
  ).resolves.toBeDefined();
  await expect(jwtVerify(token, createLocalJWKSet(await keys("")))).rejects.toMatchObject({
    code: "ERR_JWKS_NO_MATCHING_KEY",
  });
});

test("a user who verifies their email is unrestricted from the next refresh on", async () => {
  set({ requiresVerifiedEmail: true });
  const { body } = await request("POST", "/auth/password/sign-up", asClient, {
    ...bob,
    verification_callback_url: callback_url,
  });
  await request("POST", "/contact-channels/verify", asClient, { code: await linkedCode(bob.email) });
  expect(await request("GET", "/users/me", own(body.access_token))).toMatchObject({
    status: 403,
    knownError: "RESTRICTED_USER_NOT_ALLOWED",
  });

  const { access_token: renewed } = (await refreshByHttp(body.refresh_token)).body;
  expect(decodeJwt(renewed)).toMatchObject({
    iss: `${project.apiUrl}/api/v1/projects/${project.projectId}`,
    aud: project.projectId,
    email_verified: true,
    ...unrestricted,
  });
  expect((await request("GET", "/users/me", own(renewed))).body).toMatchObject(unrestricted);
});

test("a restricted user may ask for the verification email", async () => {
  set({ requiresVerifiedEmail: true });
  const { body } = await signUpByHttp(bob);
  const restricted = { ...own(body.access_token), "x-stack-allow-restricted-user": "true" };
  const { body: channels } = await request("GET", "/contact-channels?user_id=me", restricted);
  const path = `/contact-channels/me/${channels.items[0].id}/send-verification-code`;
  expect(await request("POST", path, own(body.access_token), { callback_url })).toMatchObject({
    knownError: "RESTRICTED_USER_NOT_ALLOWED",
  });
  expect((await request("POST", path, restricted, { callback_url })).status).toBe(200);
  expect(await standIn.mails(bob.email)).toHaveLength(1);
});

test("restricted users are only listed on request", async () => {
  set({ requiresVerifiedEmail: true });
  const { body: verified } = await signUpByHttp(bob);
  const { body: restricted } = await signUpByHttp(doug);
  await verifyAsServer(verified.user_id);
  const listed = async (query: string) =>
    (await request("GET", `/users${query}`, asServer)).body.items.map(({ id }: { id: string }) => id);
  expect(await listed("")).toEqual([verified.user_id]);
  expect(await listed("?include_restricted=true")).toEqual([verified.user_id, restricted.user_id]);
  set({ requiresVerifiedEmail: false });
  expect(await listed("")).toEqual([verified.user_id, restricted.user_id]);
});

test("a user without an address is restricted, which is reported before an administrator's restriction", async () => {
  set({ requiresVerifiedEmail: true });
  const { body: nameless } = await request("POST", "/users", asServer, {});
  expect(nameless).toMatchObject(unverified);
  const { body: byAdmin } = await request("POST", "/users", asServer, {
    primary_email: bob.email,
    restricted_by_admin: true,
  });
  expect(byAdmin).toMatchObject(unverified);
  expect((await verifyAsServer(byAdmin.id)).body).toMatchObject({
    is_restricted: true,
    restricted_reason: { type: "restricted_by_administrator" },
  });
});

test("where emails must be verified, an anonymous user stays anonymous", async () => {
  set({ requiresVerifiedEmail: true });
  const { body } = await request("POST", "/auth/anonymous/sign-up", asClient);
  expect(decodeJwt(body.access_token)).toMatchObject({
    aud: `${project.projectId}:anon`,
    restricted_reason: { type: "anonymous" },
  });
});

test("a server learns that a user is restricted, and why", async () => {
  set({ requiresVerifiedEmail: true });
  const { body } = await signUpByHttp(bob);
  expect((await request("GET", `/users/${body.user_id}`, asServer)).body).toMatchObject(unverified);
});

test("events say whether a user is restricted", async () => {
  set({ requiresVerifiedEmail: true });
  const { body } = await signUpByHttp(bob);
  await verifyAsServer(body.user_id);
  expect(await events()).toMatchObject([
    { type: "user.created", data: { id: body.user_id, ...unverified } },
    { type: "user.updated", data: { id: body.user_id, ...unrestricted } },
  ]);
});

test("with sign-up off, only a server or an anonymous sign-up creates an account", async () => {
  set({ allowsSignUp: false });
  expect((await signUpByHttp(bob)).knownError).toBe("SIGN_UP_NOT_ENABLED");
  expect((await sendMagicLink(bob.email)).knownError).toBe("SIGN_UP_NOT_ENABLED");
  expect((await request("GET", "/users", asServer)).body.items).toEqual([]);

  expect((await request("POST", "/users", asServer, { primary_email: bob.email })).status).toBe(201);
  expect((await request("POST", "/auth/anonymous/sign-up", asClient)).status).toBe(200);
});

test("with sign-up off, users can still sign in", async () => {
  const { body } = await signUpByHttp(bob);
  await verifyAsServer(body.user_id);
  set({ allowsSignUp: false });
  expect((await signInByHttp(bob)).status).toBe(200);
  await sendMagicLink(bob.email);
  expect((await followMagicLink(await linkedCode(bob.email))).status).toBe(200);
});

test("a magic link sent before sign-up was turned off signs up no new user", async () => {
  await sendMagicLink(bob.email);
  set({ allowsSignUp: false });
  expect((await followMagicLink(await linkedCode(bob.email))).knownError).toBe("SIGN_UP_NOT_ENABLED");
});

test("with passwords off, no user signs up or in with one, changes it or resets it", async () => {
  const { body } = await signUpByHttp(bob);
  await sendResetCode(bob.email);
  const reset = { code: await linkedCode(bob.email), password: "a new password" };
  const update = { old_password: bob.password, new_password: "a new password" };
  set({ allowsPasswords: false });
  const answers = [
    await signUpByHttp(doug),
    await signInByHttp(bob),
    await request("POST", "/auth/password/update", own(body.access_token), update),
    await sendResetCode(bob.email),
    await request("POST", "/auth/password/reset", asClient, reset),
  ];
  expect(answers.map(({ knownError }) => knownError)).toEqual(
    answers.map(() => "PASSWORD_AUTHENTICATION_NOT_ENABLED"),
  );
  set({ allowsPasswords: true });
  expect((await signInByHttp(bob)).status).toBe(200);
});

test("with magic links off, none is sent", async () => {
  set({ allowsMagicLinks: false });
  expect(await sendMagicLink(bob.email)).toMatchObject({ status: 403, knownError: null });
  expect(await standIn.mails()).toEqual([]);
});

test("with account deletion off, only a server deletes a user", async () => {
  const { body } = await signUpByHttp(bob);
  set({ allowsAccountDeletion: false });
  expect(await request("DELETE", "/users/me", own(body.access_token))).toMatchObject({
    status: 400,
    knownError: null,
    body: "Client user deletion is not enabled for this project",
  });
  expect((await request("DELETE", `/users/${body.user_id}`, asServer)).status).toBe(200);
});

test("emails may lead to a trusted domain, below its handler path", async () => {
  set({ trustedDomains: [{ domain: "https://todos.example.com", handlerPath: "/handler" }] });
  const send = (callback_url: string) =>
    request("POST", "/auth/otp/send-sign-in-code", asClient, { email: bob.email, callback_url });
  expect((await send("https://todos.example.com/handler/magic-link")).status).toBe(200);
  for (const path of ["todos.example.com/magic-link", "evil.example.com/handler"]) {
    expect((await send(`https://${path}`)).knownError).toBe("REDIRECT_URL_NOT_WHITELISTED");
  }
});

test("a user with a second factor needs it to sign in", async () => {
  const { body } = await signUpByHttp(bob);
  const factor = { totp_secret_base64: "c2VjcmV0" };
  const { body: user } = await request("PATCH", "/users/me", own(body.access_token), factor);
  expect(user.requires_totp_mfa).toBe(true);
  expect(await signInByHttp(bob)).toMatchObject({
    status: 400,
    knownError: "MULTI_FACTOR_AUTHENTICATION_REQUIRED",
  });
  const { access_token } = (await refreshByHttp(body.refresh_token)).body;
  expect(decodeJwt(access_token)).toMatchObject({ requires_totp_mfa: true });
  await request("PATCH", "/users/me", own(access_token), { totp_secret_base64: null });
  expect((await signInByHttp(bob)).status).toBe(200);
});

test("a database from before there were settings still works", async () => {
  const { body } = await signUpByHttp(bob);
  await run(sql`drop function server_user(users, contact_channels, boolean)`);
  await run(sql`drop function restricted_reason(users, contact_channels, boolean)`);
  await run(sql`
    create function server_user(account users, email contact_channels) returns jsonb
      language sql
      stable
      return jsonb_build_object('id', account.id)
  `);
  await database.query(createTables());
  expect((await request("GET", `/users/${body.user_id}`, asServer)).body).toMatchObject({
    id: body.user_id,
    ...unrestricted,
  });
  const left = await database.query(
    statement(
      z.object({ arguments: z.number() }),
      sql`select pronargs::integer as arguments from pg_proc where proname = 'server_user'`,
    ),
  );
  expect(left).toEqual([{ arguments: 3 }]);
});
