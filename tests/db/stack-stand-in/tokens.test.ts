import { createLocalJWKSet, createRemoteJWKSet, decodeJwt, jwtVerify } from "jose";
import sql, { raw } from "sql-template-tag";
import { afterAll, expect, test } from "vitest";
import { closeDatabases, connectDatabase } from "#app/db/database.server.ts";
import { createStackStandIn } from "#tests/mocks/stack/index.ts";
import {
  asClient,
  asServer,
  bob,
  database,
  databaseUrl,
  jwksPath,
  own,
  project,
  request,
  run,
  server,
  signInByHttp,
  signUpByHttp,
  standIn,
} from "./harness.ts";

const emptyDatabaseUrl = new URL(databaseUrl);
emptyDatabaseUrl.pathname += "_empty";
const emptyDatabaseName = `"${emptyDatabaseUrl.pathname.slice(1)}"`;

afterAll(async () => {
  await closeDatabases();
  await run(sql`drop database if exists ${raw(emptyDatabaseName)}`);
});

test("an access token verifies against the published keys and identifies its user", async () => {
  const { access_token: accessToken } = (await signUpByHttp(bob)).body;
  const { body: user } = await request("GET", "/users/me", own(accessToken));
  const keySet = createRemoteJWKSet(
    new URL(`${project.apiUrl}/api/v1/projects/${project.projectId}/.well-known/jwks.json`),
  );
  const { payload, protectedHeader } = await jwtVerify(accessToken, keySet, {
    issuer: `${project.apiUrl}/api/v1/projects/${project.projectId}`,
    audience: project.projectId,
    algorithms: ["ES256"],
  });
  expect(protectedHeader).toEqual({ alg: "ES256", kid: expect.any(String) });
  expect(payload).toEqual({
    iss: `${project.apiUrl}/api/v1/projects/${project.projectId}`,
    aud: project.projectId,
    sub: user.id,
    iat: expect.any(Number),
    exp: (payload.iat ?? 0) + 600,
    project_id: project.projectId,
    branch_id: "main",
    refresh_token_id: expect.any(String),
    role: "authenticated",
    name: null,
    email: "bob@example.com",
    email_verified: false,
    selected_team_id: null,
    signed_up_at: Math.floor(user.signed_up_at_millis / 1_000),
    is_anonymous: false,
    is_restricted: false,
    restricted_reason: null,
    requires_totp_mfa: false,
  });
});

test.each([
  ["is signed with another key under the same key id", {}, "stranger"],
  ["is not signed", {}, "nobody"],
  ["comes from another issuer", { iss: "https://example.org" }, "project"],
  ["is for another audience", { aud: "another" }, "project"],
] as const)("an access token is UNPARSABLE_ACCESS_TOKEN when it %s", async (_, claims, signer) => {
  const { body } = await signUpByHttp(bob);
  const forged = await standIn.signAccessToken({ sub: body.user_id, ...claims }, signer);
  expect(await request("GET", "/users/me", own(forged))).toMatchObject({
    status: 401,
    knownError: "UNPARSABLE_ACCESS_TOKEN",
  });
});

test("an access token signed for a test works like a real one", async () => {
  const { body } = await signUpByHttp(bob);
  const token = await standIn.signAccessToken({ sub: body.user_id });
  expect(Object.keys(decodeJwt(token)).sort()).toEqual(Object.keys(decodeJwt(body.access_token)).sort());
  expect((await request("GET", "/users/me", own(token))).body.id).toBe(body.user_id);
});

test("an expired access token is ACCESS_TOKEN_EXPIRED, and names its user", async () => {
  const { body } = await signUpByHttp(bob);
  const { sub = "", refresh_token_id } = decodeJwt(body.access_token);
  const token = await standIn.signAccessToken({ sub, refresh_token_id, exp: 1_767_225_600 });
  expect(await request("GET", "/users/me", own(token))).toMatchObject({
    status: 401,
    knownError: "ACCESS_TOKEN_EXPIRED",
    body: {
      error: expect.stringContaining("(The access token expired at 2026-01-01T00:00:00.000Z.) Project ID: "),
      details: {
        expired_at_millis: 1_767_225_600_000,
        project_id: project.projectId,
        user_id: sub,
        refresh_token_id,
      },
    },
  });
});

test("an access token for another project is INVALID_PROJECT_FOR_ACCESS_TOKEN, whatever the keys", async () => {
  const { body } = await signUpByHttp(bob);
  const headers = { ...own(body.access_token), "x-stack-project-id": "another" };
  expect(await request("GET", "/users/me", headers)).toMatchObject({
    knownError: "INVALID_PROJECT_FOR_ACCESS_TOKEN",
    body: { details: { expected_project_id: "another", actual_project_id: project.projectId } },
  });
});

test("tokens from before a restart still work after it", async () => {
  const { body } = await signUpByHttp(bob);
  const before = await request("GET", jwksPath, {});
  server.resetHandlers(...(await createStackStandIn({ project, database })).handlers);
  expect((await request("GET", jwksPath, {})).body).toEqual(before.body);
  expect((await request("GET", "/users/me", own(body.access_token))).status).toBe(200);
});

test("stand-ins that start together on an empty database agree on the keys", async () => {
  await run(sql`create database ${raw(emptyDatabaseName)}`);
  const options = { project, database: connectDatabase(emptyDatabaseUrl.href) };
  const started = await Promise.all(Array.from({ length: 4 }, () => createStackStandIn(options)));
  server.resetHandlers(...(started[0]?.handlers ?? []));
  const keySet = createLocalJWKSet((await request("GET", jwksPath, {})).body);
  for (const each of started) {
    await jwtVerify(await each.signAccessToken({ sub: "bob" }), keySet);
  }
});

test("the keys of restricted and anonymous users are published on request", async () => {
  const normal = await request("GET", jwksPath, {});
  const restricted = await request("GET", `${jwksPath}?include_restricted=true`, {});
  const anonymous = await request("GET", `${jwksPath}?include_anonymous=true`, {});
  expect(normal.headers.get("cache-control")).toBe("public, max-age=3600");
  expect(normal.body.keys).toHaveLength(2);
  expect(restricted.body.keys).toEqual([...normal.body.keys, expect.anything(), expect.anything()]);
  expect(anonymous.body.keys).toEqual([...restricted.body.keys, expect.anything(), expect.anything()]);
  for (const key of anonymous.body.keys) {
    expect(Object.keys(key).sort()).toEqual(["alg", "crv", "kid", "kty", "x", "y"]);
  }
});

test("an anonymous user's token is refused unless anonymous users are allowed", async () => {
  const { body } = await request("POST", "/auth/anonymous/sign-up", asClient, {});
  expect(decodeJwt(body.access_token)).toMatchObject({
    iss: `${project.apiUrl}/api/v1/projects-anonymous-users/${project.projectId}`,
    aud: `${project.projectId}:anon`,
  });
  expect((await request("GET", "/users/me", own(body.access_token))).knownError).toBe(
    "ANONYMOUS_AUTHENTICATION_NOT_ALLOWED",
  );
  const allowed = { ...own(body.access_token), "x-stack-allow-anonymous-user": "true" };
  expect((await request("GET", "/users/me", allowed)).body).toMatchObject({
    is_anonymous: true,
    restricted_reason: { type: "anonymous" },
  });
});

test("a restricted user's token is refused unless restricted users are allowed", async () => {
  const { body: user } = await signUpByHttp(bob);
  await request("PATCH", `/users/${user.user_id}`, asServer, { restricted_by_admin: true });
  const { body } = await signInByHttp(bob);
  expect(decodeJwt(body.access_token)).toMatchObject({
    iss: `${project.apiUrl}/api/v1/projects-restricted-users/${project.projectId}`,
    aud: `${project.projectId}:restricted`,
  });
  expect(await request("GET", "/users/me", own(body.access_token))).toMatchObject({
    status: 403,
    knownError: "RESTRICTED_USER_NOT_ALLOWED",
  });
  const allowed = { ...own(body.access_token), "x-stack-allow-restricted-user": "true" };
  expect((await request("GET", "/users/me", allowed)).status).toBe(200);
  expect((await request("GET", "/users", asServer)).body.items).toEqual([]);
  expect((await request("GET", "/users?include_restricted=true", asServer)).body.items).toHaveLength(1);
});
