import { StackClientApp, StackServerApp } from "@stackframe/stack";
import { createLocalJWKSet, createRemoteJWKSet, decodeJwt, jwtVerify } from "jose";
import { setupServer } from "msw/node";
import sql, { raw, type Sql } from "sql-template-tag";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { closeDatabases, connectDatabase } from "#app/db/database.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { createStackStandIn, type StackStandIn } from "#tests/mocks/stack/index.ts";
import { markDelivered, undeliveredUserEvents } from "#tests/mocks/stack/user-events.ts";

const project = {
  apiUrl: "https://stack.example.com",
  projectId: "3f0b1c52-9f0a-4f0e-8d55-3a6f5f0f2f11",
  publishableClientKey: "pck_of_the_tests",
  secretServerKey: "ssk_of_the_tests",
};
const bob = { email: "bob@example.com", password: "correct horse" };
const doug = { email: "doug@example.com", password: "battery staple" };

const databaseUrl = z.string().parse(process.env.STACK_DATABASE_URL);
const database = connectDatabase(databaseUrl);
const emptyDatabaseUrl = new URL(databaseUrl);
emptyDatabaseUrl.pathname += "_empty";
const emptyDatabaseName = `"${emptyDatabaseUrl.pathname.slice(1)}"`;
const server = setupServer();
let standIn: StackStandIn;
let userEvents = 0;

beforeAll(async () => {
  standIn = await createStackStandIn({ project, database, onUserEvent: () => userEvents++ });
  server.listen({ onUnhandledRequest: "error" });
});
beforeEach(async () => {
  await run(sql`truncate users, contact_channels, sessions, user_events`);
  userEvents = 0;
  server.use(...standIn.handlers);
});
afterEach(() => server.resetHandlers());
afterAll(async () => {
  server.close();
  await closeDatabases();
  await run(sql`drop database if exists ${raw(emptyDatabaseName)}`);
});

const run = (command: Sql) => connectDatabase(databaseUrl).query(statement(z.never(), command));

// The SDK, as the app uses it: one app object per sign-in.

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

// Plain HTTP.

const asClient = {
  "x-stack-access-type": "client",
  "x-stack-project-id": project.projectId,
  "x-stack-publishable-client-key": project.publishableClientKey,
};
const asServer = {
  "x-stack-access-type": "server",
  "x-stack-project-id": project.projectId,
  "x-stack-secret-server-key": project.secretServerKey,
};

async function request(
  method: "GET" | "POST" | "PATCH" | "DELETE",
  path: string,
  headers: Record<string, string>,
  body?: unknown,
) {
  const response = await fetch(`${project.apiUrl}/api/v1${path}`, {
    method,
    headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const isJson = response.headers.get("content-type") === "application/json; charset=utf-8";
  return {
    status: response.status,
    headers: response.headers,
    knownError: response.headers.get("x-stack-known-error"),
    body: isJson ? await response.json() : await response.text(),
  };
}

const signUpByHttp = (credentials: typeof bob) =>
  request("POST", "/auth/password/sign-up", asClient, credentials);
const signInByHttp = (credentials: typeof bob) =>
  request("POST", "/auth/password/sign-in", asClient, credentials);
const own = (accessToken: string) => ({ ...asClient, "x-stack-access-token": accessToken });

const jwksPath = `/projects/${project.projectId}/.well-known/jwks.json`;

async function events() {
  const undelivered = await database.query(undeliveredUserEvents());
  return undelivered.map(({ type, data }) => ({ type, data }));
}

// Signing up and in.

test("the SDK signs a user up, and in again", async () => {
  const signedUp = await signUp(bob);
  expect(signedUp.result.status).toBe("ok");
  const signedIn = await signIn(bob);
  expect(signedIn.result.status).toBe("ok");
  const ids = [await signedUp.app.getUser(), await signedIn.app.getUser()].map((user) => user?.id);
  expect(ids).toEqual([expect.any(String), ids[0]]);
});

test("signing up twice with one e-mail is USER_EMAIL_ALREADY_EXISTS", async () => {
  await signUp(bob);
  const { result } = await signUp({ ...bob, email: "BOB@Example.com" });
  expect(result).toMatchObject({ status: "error", error: { errorCode: "USER_EMAIL_ALREADY_EXISTS" } });
  expect(await events()).toHaveLength(1);
});

test("of several sign-ups at once with one e-mail, one succeeds", async () => {
  const answers = await Promise.all(Array.from({ length: 5 }, () => signUpByHttp(bob)));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409]);
});

test("an e-mail address is kept in lower case and signs in in any case", async () => {
  const { body } = await signUpByHttp({ ...bob, email: "Bob@Example.COM" });
  expect(decodeJwt(body.access_token).email).toBe("bob@example.com");
  expect(await signInByHttp({ ...bob, email: "bOB@example.com" })).toMatchObject({
    status: 200,
    body: { user_id: body.user_id },
  });
});

test("a wrong password and an unknown e-mail are the same EMAIL_PASSWORD_MISMATCH", async () => {
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

test("a password of 71 characters is PASSWORD_TOO_LONG, one of 70 is taken", async () => {
  const { result } = await signUp({ ...bob, password: "x".repeat(71) });
  expect(result).toMatchObject({ status: "error", error: { errorCode: "PASSWORD_TOO_LONG" } });
  expect((await signUp({ ...bob, password: "x".repeat(70) })).result.status).toBe("ok");
});

test("a password is kept as a hash, each with a salt of its own", async () => {
  await signUpByHttp(bob);
  await signUpByHttp({ ...doug, password: bob.password });
  const hashes = await database.query(
    statement(z.object({ password_hash: z.string() }), sql`select password_hash from users`),
  );
  expect(new Set(hashes.map((each) => each.password_hash)).size).toBe(2);
  expect(JSON.stringify(hashes)).not.toContain(bob.password);
});

test("what is wrong with the fields of a sign-up is said in the API's format", async () => {
  const answer = await request("POST", "/auth/password/sign-up", asClient, { email: "bob@", admin: true });
  expect(answer).toMatchObject({ status: 400, knownError: "SCHEMA_ERROR" });
  expect(answer.body).toEqual({
    code: "SCHEMA_ERROR",
    error: answer.body.details.message,
    details: {
      message: [
        "Request validation failed on POST /api/v1/auth/password/sign-up:",
        "  - body.email must be a valid email",
        '  - body.email must match the following: "/^[^.]+(\\.[^.]+)*@.*\\.[^.][^.]+$/"',
        "  - body.password must be defined",
        "  - body contains unknown properties: admin",
      ].join("\n"),
    },
  });
});

test("a body that is no JSON is BODY_PARSING_ERROR, and none at all is SCHEMA_ERROR", async () => {
  const path = "/auth/password/sign-up";
  expect((await request("POST", path, asClient, "{oops")).knownError).toBe("BODY_PARSING_ERROR");
  expect((await request("POST", path, asClient)).knownError).toBe("SCHEMA_ERROR");
});

test("mails may lead to this machine and nowhere else", async () => {
  const signUpLeadingTo = (verification_callback_url: string) =>
    request("POST", "/auth/password/sign-up", asClient, { ...bob, verification_callback_url });
  for (const elsewhere of ["http://localhost.example.org/", "http://notlocalhost/"]) {
    expect((await signUpLeadingTo(elsewhere)).knownError).toBe("REDIRECT_URL_NOT_WHITELISTED");
  }
  expect((await signUpLeadingTo("http://localhost:3000/verify-email")).status).toBe(200);
});

// Keys and headers.

test.each([
  ["PROJECT_KEY_WITHOUT_ACCESS_TYPE", 400, { ...asClient, "x-stack-access-type": "" }],
  ["ACCESS_TYPE_REQUIRED", 400, {}],
  ["INVALID_ACCESS_TYPE", 400, { ...asClient, "x-stack-access-type": "owner" }],
  ["ACCESS_TYPE_WITHOUT_PROJECT_ID", 400, { ...asClient, "x-stack-project-id": "" }],
  ["CURRENT_PROJECT_NOT_FOUND", 400, { ...asClient, "x-stack-project-id": "another" }],
  ["INVALID_PUBLISHABLE_CLIENT_KEY", 401, { ...asClient, "x-stack-publishable-client-key": "pck_wrong" }],
  ["INVALID_SECRET_SERVER_KEY", 401, { ...asServer, "x-stack-secret-server-key": "ssk_wrong" }],
  ["SERVER_AUTHENTICATION_REQUIRED", 401, { ...asServer, "x-stack-secret-server-key": "" }],
  ["INSUFFICIENT_ACCESS_TYPE", 401, asClient],
])("keys that do not open the list of users are %s", async (code, status, headers) => {
  expect(await request("GET", "/users", headers)).toMatchObject({ status, knownError: code, body: { code } });
});

test("a client needs no key, and may send the one that the SDK sends without one", async () => {
  const { "x-stack-publishable-client-key": _, ...withoutKey } = asClient;
  const sdkKey = { ...asClient, "x-stack-publishable-client-key": "__stack_public_client__" };
  for (const headers of [withoutKey, sdkKey]) {
    expect((await request("GET", "/projects/current", headers)).status).toBe(200);
  }
});

test("a refusal is dressed up as a 200 for those who ask, an internal error is not", async () => {
  const override = { "x-stack-override-error-status": "true" };
  const refused = await request("POST", "/auth/password/sign-in", { ...asClient, ...override }, bob);
  expect(refused).toMatchObject({ status: 200, knownError: "EMAIL_PASSWORD_MISMATCH" });
  expect(refused.headers.get("x-stack-actual-status")).toBe("400");

  const { body } = await signUpByHttp(bob);
  await request("DELETE", "/auth/sessions/current", own(body.access_token));
  const internal = await request("DELETE", "/auth/sessions/current", {
    ...own(body.access_token),
    ...override,
  });
  expect(internal.status).toBe(500);
});

test("every answer, also that there is no such page, may be read by any origin and is not to be kept", async () => {
  const { body } = await signUpByHttp(bob);
  const answers = [
    await request("GET", "/users/me", own(body.access_token)),
    await request("GET", "/users/me", asClient),
    await request("GET", "/no/such/page", {}),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 400, 404]);
  for (const { headers } of answers) {
    expect(headers.get("access-control-allow-origin")).toBe("*");
    expect(headers.get("cache-control")).toBe("no-store, max-age=0");
    expect(headers.get("x-stack-request-id")).toMatch(/^\S{20,}$/);
  }
});

// Access tokens.

test("an access token verifies against the published keys and says who it is for", async () => {
  const { app } = await signUp(bob);
  const user = await app.getUser({ or: "throw" });
  const { accessToken } = await tokensOf(app);
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
    signed_up_at: Math.floor(user.signedUpAt.getTime() / 1_000),
    is_anonymous: false,
    is_restricted: false,
    restricted_reason: null,
    requires_totp_mfa: false,
  });
});

test.each([
  ["is signed by a stranger under the key's name", {}, "stranger"],
  ["is signed by nobody", {}, "nobody"],
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

test("an access token signed for a test is as good as a real one", async () => {
  const { body } = await signUpByHttp(bob);
  const token = await standIn.signAccessToken({ sub: body.user_id });
  expect(Object.keys(decodeJwt(token)).sort()).toEqual(Object.keys(decodeJwt(body.access_token)).sort());
  expect((await request("GET", "/users/me", own(token))).body.id).toBe(body.user_id);
});

test("an access token that is past its time is ACCESS_TOKEN_EXPIRED, with whose it was", async () => {
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

test("an access token for another project is INVALID_PROJECT_FOR_ACCESS_TOKEN, before anything about keys", async () => {
  const { body } = await signUpByHttp(bob);
  const headers = { ...own(body.access_token), "x-stack-project-id": "another" };
  expect(await request("GET", "/users/me", headers)).toMatchObject({
    knownError: "INVALID_PROJECT_FOR_ACCESS_TOKEN",
    body: { details: { expected_project_id: "another", actual_project_id: project.projectId } },
  });
});

test("tokens of before a restart are good after it", async () => {
  const { body } = await signUpByHttp(bob);
  const before = await request("GET", jwksPath, {});
  server.resetHandlers(...(await createStackStandIn({ project, database })).handlers);
  expect((await request("GET", jwksPath, {})).body).toEqual(before.body);
  expect((await request("GET", "/users/me", own(body.access_token))).status).toBe(200);
});

test("stand-ins that start at once on an empty database agree on the keys", async () => {
  await run(sql`create database ${raw(emptyDatabaseName)}`);
  const options = { project, database: connectDatabase(emptyDatabaseUrl.href) };
  const started = await Promise.all(Array.from({ length: 4 }, () => createStackStandIn(options)));
  server.resetHandlers(...(started[0]?.handlers ?? []));
  const keySet = createLocalJWKSet((await request("GET", jwksPath, {})).body);
  for (const each of started) {
    await jwtVerify(await each.signAccessToken({ sub: "bob" }), keySet);
  }
});

test("the keys of restricted and anonymous users are published to those who ask", async () => {
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

// Sessions.

test("a refresh token brings new access tokens and stays the same", async () => {
  const { body } = await signUpByHttp(bob);
  const headers = { ...asClient, "x-stack-refresh-token": body.refresh_token };
  for (const _ of ["once", "twice"]) {
    const refreshed = await request("POST", "/auth/sessions/current/refresh", headers);
    expect(Object.keys(refreshed.body)).toEqual(["access_token"]);
    expect(decodeJwt(refreshed.body.access_token)).toMatchObject({
      sub: body.user_id,
      refresh_token_id: decodeJwt(body.access_token).refresh_token_id,
    });
  }
});

test("the OAuth token endpoint refreshes too, asked by form or by JSON", async () => {
  const { body } = await signUpByHttp(bob);
  const grant = {
    grant_type: "refresh_token",
    refresh_token: body.refresh_token,
    client_id: project.projectId,
    client_secret: project.publishableClientKey,
  };
  const form = { "content-type": "application/x-www-form-urlencoded;charset=UTF-8" };
  const byForm = await request("POST", "/auth/oauth/token", form, String(new URLSearchParams(grant)));
  const byJson = await request("POST", "/auth/oauth/token", {}, grant);
  for (const answer of [byForm, byJson]) {
    expect(answer.headers.get("pragma")).toBe("no-cache");
    expect(answer.body).toMatchObject({ token_type: "Bearer", expires_in: 3_600 });
    expect(decodeJwt(answer.body.access_token).sub).toBe(body.user_id);
  }
  const refused = await request("POST", "/auth/oauth/token", {}, { ...grant, client_secret: "pck_wrong" });
  expect(refused).toMatchObject({ status: 400, knownError: "INVALID_OAUTH_CLIENT_ID_OR_SECRET" });
  const unknown = await request("POST", "/auth/oauth/token", {}, { ...grant, refresh_token: "unknown" });
  expect(unknown).toMatchObject({ status: 401, knownError: "REFRESH_TOKEN_NOT_FOUND_OR_EXPIRED" });
});

test("signing out with the SDK makes the refresh token worthless, the access token lives on", async () => {
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

test("signing out twice is an internal error, and without an access token ACCESS_TOKEN_EXPIRED", async () => {
  const { body } = await signUpByHttp(bob);
  expect((await request("DELETE", "/auth/sessions/current", asClient)).knownError).toBe(
    "ACCESS_TOKEN_EXPIRED",
  );
  const answers = [
    await request("DELETE", "/auth/sessions/current", own(body.access_token)),
    await request("DELETE", "/auth/sessions/current", own(body.access_token)),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 500]);
});

test("a refresh token is kept as a hash", async () => {
  const { body } = await signUpByHttp(bob);
  const sessions = await database.query(
    statement(z.object({ row: z.string() }), sql`select sessions::text as row from sessions`),
  );
  expect(sessions).toHaveLength(1);
  expect(JSON.stringify(sessions)).not.toContain(body.refresh_token);
});

test("a session that a server opens lasts as long as it says", async () => {
  const { body: user } = await signUpByHttp(bob);
  const open = (expires_in_millis: number) =>
    request("POST", "/auth/sessions", asServer, { user_id: user.user_id, expires_in_millis });
  const refresh = async (opened: Awaited<ReturnType<typeof open>>) => {
    const headers = { ...asClient, "x-stack-refresh-token": opened.body.refresh_token };
    return (await request("POST", "/auth/sessions/current/refresh", headers)).status;
  };
  expect(await refresh(await open(60_000))).toBe(200);
  expect(await refresh(await open(-1))).toBe(401);
});

test("a user sees and ends his sessions, but not the current one and nobody else's", async () => {
  const { body: first } = await signUpByHttp(bob);
  const { body: current } = await signInByHttp(bob);
  const { body: dougs } = await signUpByHttp(doug);
  const idOf = (tokens: { access_token: string }) => decodeJwt(tokens.access_token).refresh_token_id;

  const listed = await request("GET", "/auth/sessions?user_id=me", own(current.access_token));
  expect(listed.body.items).toMatchObject([
    { id: idOf(current), user_id: current.user_id, is_current_session: true, is_impersonation: false },
    { id: idOf(first), user_id: current.user_id, is_current_session: false, is_impersonation: false },
  ]);
  const end = (session: unknown) =>
    request("DELETE", `/auth/sessions/${session}?user_id=me`, own(current.access_token));
  expect((await end(idOf(current))).knownError).toBe("CANNOT_DELETE_CURRENT_SESSION");
  expect((await end(idOf(dougs))).status).toBe(404);
  expect((await end(idOf(first))).status).toBe(200);
  const left = await request("GET", `/auth/sessions?user_id=${first.user_id}`, asServer);
  expect(left.body.items).toMatchObject([{ id: idOf(current) }]);
  const others = await request("GET", `/auth/sessions?user_id=${dougs.user_id}`, own(current.access_token));
  expect(others.status).toBe(403);
});

// Users.

test("a name that a user gives himself with the SDK is in his next access token", async () => {
  const { app } = await signUp(bob);
  const user = await app.getUser({ or: "throw" });
  await user.update({ displayName: "Bob" });
  expect((await app.getUser())?.displayName).toBe("Bob");
  expect(decodeJwt((await tokensOf(app)).accessToken).name).toBe("Bob");
});

test("a server finds a user by his e-mail and gives him a role, which clients neither see nor write", async () => {
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

test("a change leaves alone what it does not name, and null empties a field", async () => {
  const { body: user } = await signUpByHttp(bob);
  const change = async (fields: object) =>
    (await request("PATCH", `/users/${user.user_id}`, asServer, fields)).body;
  const full = {
    display_name: "Bob",
    client_metadata: { theme: "dark" },
    client_read_only_metadata: { tier: 2 },
    server_metadata: { role: "admin" },
    primary_email_verified: true,
  };
  const before = await change(full);
  expect(before).toMatchObject({ ...full, has_password: true, primary_email: "bob@example.com" });
  expect(await change({})).toEqual(before);
  expect(await change({ display_name: null, server_metadata: null })).toEqual({
    ...before,
    display_name: null,
    server_metadata: null,
  });
});

test("a new primary e-mail is unverified; the old one stays the user's and still signs him in", async () => {
  const { body } = await signUpByHttp(bob);
  await request("PATCH", `/users/${body.user_id}`, asServer, { primary_email_verified: true });
  const change = (primary_email: string | null) =>
    request("PATCH", "/users/me", own(body.access_token), { primary_email });

  expect((await change("Robert@Example.com")).body).toMatchObject({
    primary_email: "robert@example.com",
    primary_email_verified: false,
  });
  expect((await signUpByHttp(bob)).knownError).toBe("USER_EMAIL_ALREADY_EXISTS");
  expect((await signInByHttp(bob)).status).toBe(200);
  expect((await request("GET", "/users?query=bob%40example.com", asServer)).body.items).toHaveLength(1);
  expect((await change(bob.email)).body).toMatchObject({
    primary_email: bob.email,
    primary_email_verified: true,
  });
  expect((await change(null)).body).toMatchObject({ primary_email: null, primary_email_verified: false });
});

test("a user cannot take the e-mail of another", async () => {
  const { body } = await signUpByHttp(bob);
  await signUpByHttp(doug);
  const answer = await request("PATCH", "/users/me", own(body.access_token), { primary_email: doug.email });
  expect(answer).toMatchObject({ status: 409, body: { details: { email: doug.email } } });
  expect((await request("GET", "/users/me", own(body.access_token))).body.primary_email).toBe(bob.email);
  expect(await events()).toHaveLength(2);
});

test("a server creates a user who can sign in", async () => {
  const created = await request("POST", "/users", asServer, {
    primary_email: bob.email,
    primary_email_verified: true,
    primary_email_auth_enabled: true,
    password: bob.password,
    display_name: "Bob",
  });
  expect(created).toMatchObject({ status: 201, body: { display_name: "Bob", primary_email_verified: true } });
  expect((await signInByHttp(bob)).body.user_id).toBe(created.body.id);
});

test("an e-mail that is not there cannot be verified", async () => {
  const answer = await request("POST", "/users", asServer, { primary_email_verified: true });
  expect(answer).toMatchObject({
    status: 400,
    body: "primary_email_verified cannot be true without primary_email",
  });
});

test("a password that a server sets ends all sessions", async () => {
  const { body } = await signUpByHttp(bob);
  await request("PATCH", `/users/${body.user_id}`, asServer, { password: doug.password });
  const headers = { ...asClient, "x-stack-refresh-token": body.refresh_token };
  expect((await request("POST", "/auth/sessions/current/refresh", headers)).status).toBe(401);
  expect((await signInByHttp(bob)).status).toBe(400);
  expect((await signInByHttp({ ...bob, password: doug.password })).status).toBe(200);
});

test("a user who changes his password keeps the session he does it in", async () => {
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

test("the list of users comes page by page, oldest or newest first", async () => {
  const ids: string[] = [];
  for (const name of ["a", "b", "c", "d", "e"]) {
    ids.push((await request("POST", "/users", asServer, { display_name: name })).body.id);
  }
  const pages = async (desc: boolean) => {
    const found: string[][] = [];
    let cursor: string | null = null;
    do {
      const from: string = cursor ? `&cursor=${cursor}` : "";
      const { body } = await request(
        "GET",
        `/users?order_by=signed_up_at&limit=2&desc=${desc}${from}`,
        asServer,
      );
      found.push(body.items.map((user: { id: string }) => user.id));
      cursor = body.pagination.next_cursor;
    } while (cursor);
    return found;
  };
  const [a, b, c, d, e] = ids;
  expect(await pages(false)).toEqual([[a, b], [c, d], [e]]);
  expect(await pages(true)).toEqual([[e, d], [c, b], [a]]);
});

test("a deleted user is gone: for servers, for himself, for his sessions and for sign-in", async () => {
  const { body } = await signUpByHttp(bob);
  expect((await request("DELETE", "/users/me", own(body.access_token))).body).toEqual({ success: true });
  const path = `/users/${body.user_id}`;
  expect((await request("GET", path, asServer)).knownError).toBe("USER_NOT_FOUND");
  expect((await request("PATCH", path, asServer, { display_name: "Bob" })).knownError).toBe("USER_NOT_FOUND");
  expect((await request("DELETE", path, asServer)).status).toBe(404);
  expect((await request("GET", "/users/me", own(body.access_token))).knownError).toBe(
    "CANNOT_GET_OWN_USER_WITHOUT_USER",
  );
  const headers = { ...asClient, "x-stack-refresh-token": body.refresh_token };
  expect((await request("POST", "/auth/sessions/current/refresh", headers)).status).toBe(401);
  expect((await signInByHttp(bob)).status).toBe(400);
  expect((await signUpByHttp(bob)).status).toBe(200);
});

// Events.

test("each change of a user leaves one event, shaped like Stack's webhooks", async () => {
  const { body } = await signUpByHttp(bob);
  await request("PATCH", "/users/me", own(body.access_token), { display_name: "Bob" });
  await request("DELETE", `/users/${body.user_id}`, asServer);
  const created = {
    id: body.user_id,
    display_name: null,
    primary_email: "bob@example.com",
    primary_email_verified: false,
    primary_email_auth_enabled: true,
    profile_image_url: null,
    signed_up_at_millis: expect.any(Number),
    client_metadata: null,
    client_read_only_metadata: null,
    server_metadata: null,
    has_password: true,
    otp_auth_enabled: false,
    auth_with_email: true,
    requires_totp_mfa: false,
    passkey_auth_enabled: false,
    oauth_providers: [],
    selected_team_id: null,
    selected_team: null,
    last_active_at_millis: expect.any(Number),
    is_anonymous: false,
    is_restricted: false,
    restricted_reason: null,
    restricted_by_admin: false,
    restricted_by_admin_reason: null,
    restricted_by_admin_private_details: null,
    country_code: null,
    risk_scores: { sign_up: { bot: 0, free_trial_abuse: 0 } },
  };
  expect(await events()).toEqual([
    { type: "user.created", data: created },
    { type: "user.updated", data: { ...created, display_name: "Bob" } },
    { type: "user.deleted", data: { id: body.user_id, teams: [] } },
  ]);
  expect(userEvents).toBe(3);
});

test("signing in and refreshing are activities of the user; they and signing out are no events", async () => {
  const { body: user } = await signUpByHttp(bob);
  const wasActiveDuring = async (act: () => ReturnType<typeof request>) => {
    await run(sql`update users set last_active_at = 'epoch'`);
    const { body } = await act();
    const { last_active_at_millis } = (await request("GET", `/users/${user.user_id}`, asServer)).body;
    return { body, wasActive: last_active_at_millis > 0 };
  };
  const { body, wasActive } = await wasActiveDuring(() => signInByHttp(bob));
  expect(wasActive).toBe(true);
  const refresh = { ...asClient, "x-stack-refresh-token": body.refresh_token };
  const refreshing = await wasActiveDuring(() => request("POST", "/auth/sessions/current/refresh", refresh));
  expect(refreshing.wasActive).toBe(true);

  await request("DELETE", "/auth/sessions/current", own(body.access_token));
  expect(await events()).toHaveLength(1);
  expect(userEvents).toBe(1);
});

test("an event is undelivered until it is marked, once", async () => {
  await signUpByHttp(bob);
  await signUpByHttp(doug);
  const [first, second] = await database.query(undeliveredUserEvents());
  expect(first?.ageMs).toBeGreaterThanOrEqual(second?.ageMs ?? Number.NaN);
  expect(await database.query(markDelivered(first?.id ?? ""))).toEqual([{ id: first?.id }]);
  expect(await database.query(markDelivered(first?.id ?? ""))).toEqual([]);
  expect(await database.query(undeliveredUserEvents())).toMatchObject([{ id: second?.id }]);
});
