import { afterEach, expect, test } from "vitest";
import {
  asServer,
  bob,
  doug,
  events,
  own,
  refreshByHttp,
  request,
  standIn,
  toldEvents,
} from "#tests/db/stack-stand-in/harness.ts";
import { recordedSettings } from "#tests/mocks/stack/project-settings.ts";
import { authorize, bobWithPassword, comeBack, exchange, signInThrough, visit } from "./harness.ts";

afterEach(() => {
  Object.assign(standIn.settings, recordedSettings);
});

const userOf = async (accessToken: string) => (await request("GET", "/users/me", own(accessToken))).body;
const allUsers = async () => (await request("GET", "/users", asServer)).body.items;

async function verify(userId: string) {
  await request("PATCH", `/users/${userId}`, asServer, { primary_email_verified: true });
}

test("a new user signs up with the provider's email and name, and without a password", async () => {
  const tokens = await signInThrough("github", "Bob@Example.com", " Bob ");
  expect(tokens.is_new_user).toBe(true);
  expect(await userOf(tokens.access_token)).toMatchObject({
    primary_email: bob.email,
    primary_email_verified: true,
    display_name: "Bob",
    has_password: false,
    oauth_providers: [{ id: "github", account_id: bob.email, email: bob.email }],
  });
  expect((await refreshByHttp(tokens.refresh_token)).status).toBe(200);
});

test("a sign-up through a provider is one event, which does not name the provider yet", async () => {
  await signInThrough("github", bob.email);
  await signInThrough("github", bob.email);
  expect(await events()).toMatchObject([
    {
      type: "user.created",
      data: { primary_email: bob.email, primary_email_verified: true, oauth_providers: [] },
    },
  ]);
  expect(toldEvents.count).toBe(1);
});

test("an account signs in the same user after they change their email", async () => {
  const { id } = await userOf((await signInThrough("github", bob.email)).access_token);
  await request("PATCH", `/users/${id}`, asServer, { primary_email: doug.email });
  const tokens = await signInThrough("github", bob.email);
  expect(tokens.is_new_user).toBe(false);
  expect(await userOf(tokens.access_token)).toMatchObject({ id, primary_email: doug.email });
});

test("a deleted user's account signs up a new user", async () => {
  const { id } = await userOf((await signInThrough("github", bob.email)).access_token);
  await request("DELETE", `/users/${id}`, asServer);
  const tokens = await signInThrough("github", bob.email);
  expect(tokens.is_new_user).toBe(true);
  expect((await userOf(tokens.access_token)).id).not.toBe(id);
});

test("accounts with a user's verified email sign that user in, without an event", async () => {
  const { user_id } = await bobWithPassword();
  await verify(user_id);
  for (const provider of ["google", "github"]) {
    const tokens = await signInThrough(provider, bob.email);
    expect(tokens.is_new_user).toBe(false);
    expect((await userOf(tokens.access_token)).id).toBe(user_id);
  }
  expect(await events()).toMatchObject([{ type: "user.created" }, { type: "user.updated" }]);
});

test("with an unverified email, the user has to verify it first", async () => {
  const { user_id } = await bobWithPassword();
  const refused = await comeBack("github", bob.email);
  expect(refused.parameters.errorCode).toBe("CONTACT_CHANNEL_ALREADY_USED_FOR_AUTH_BY_SOMEONE_ELSE");
  expect(refused.parameters.state).toBeUndefined();
  expect(await allUsers()).toHaveLength(1);
  await verify(user_id);
  expect((await comeBack("github", bob.email)).parameters.code).toBeDefined();
});

test("a user sees only their own accounts, without ids, oldest first; a server sees all", async () => {
  const { access_token } = await signInThrough("google", bob.email);
  await signInThrough("github", bob.email);
  await signInThrough("github", doug.email);
  const { id } = await userOf(access_token);
  const { items } = (await request("GET", "/oauth-providers?user_id=me", own(access_token))).body;
  expect(items).toMatchObject([
    { user_id: id, type: "google", provider_config_id: "google", email: bob.email },
    { user_id: id, type: "github", provider_config_id: "github", email: bob.email },
  ]);
  expect(items[0]).not.toHaveProperty("account_id");
  expect((await request("GET", "/oauth-providers", own(access_token))).status).toBe(403);
  expect((await request("GET", "/oauth-providers", asServer)).body.items).toHaveLength(3);
  expect((await request("GET", `/oauth-providers?user_id=${id}`, asServer)).body.items).toMatchObject([
    { account_id: bob.email },
    { account_id: bob.email },
  ]);
});

test("an account with another email is connected to the user whose token is sent", async () => {
  const { user_id, access_token: token } = await bobWithPassword();
  const link = () => comeBack("github", doug.email, { type: "link", token });
  for (const _ of ["once", "twice"]) {
    const { body } = await exchange((await link()).parameters.code);
    expect(body.is_new_user).toBe(false);
    expect(await userOf(body.access_token)).toMatchObject({
      id: user_id,
      primary_email: bob.email,
      oauth_providers: [{ id: "github", account_id: doug.email, email: doug.email }],
    });
  }
});

test("an account that signs in another user is not connected", async () => {
  await signInThrough("github", doug.email);
  const { access_token: token } = await bobWithPassword();
  const { parameters } = await comeBack("github", doug.email, { type: "link", token });
  expect(parameters.errorCode).toBe("OAUTH_CONNECTION_ALREADY_CONNECTED_TO_ANOTHER_USER");
  expect((await userOf(token)).oauth_providers).toEqual([]);
});

test("no account is connected without a token, with an invalid one, or to a deleted user", async () => {
  expect((await authorize("github", { type: "link" })).status).toBe(400);
  const forged = await authorize("github", { type: "link", token: "forged" });
  expect([forged.status, forged.knownError]).toEqual([401, "UNPARSABLE_ACCESS_TOKEN"]);
  const { user_id, access_token: token } = await bobWithPassword();
  await request("DELETE", `/users/${user_id}`, asServer);
  const { status, text } = await comeBack("github", doug.email, { type: "link", token });
  expect([status, text]).toEqual([500, expect.stringMatching(/^Something went wrong/)]);
});

test("with sign-up off, a provider signs in existing users only, and the app gets an error for others", async () => {
  await signInThrough("github", bob.email);
  standIn.settings.allowsSignUp = false;
  expect((await signInThrough("github", bob.email)).is_new_user).toBe(false);
  expect((await comeBack("github", doug.email)).parameters).toMatchObject({
    error: "server_error",
    errorCode: "SIGN_UP_NOT_ENABLED",
    message: expect.stringContaining("not enabled"),
  });
  expect(await allUsers()).toHaveLength(1);
});

test("a provider that is off refuses existing users, too", async () => {
  const { location, cookie } = await authorize("github");
  standIn.settings.oauthProviders = ["google"];
  expect((await authorize("github")).knownError).toBe("OAUTH_PROVIDER_NOT_FOUND_OR_NOT_ENABLED");

  const chosen = await visit(location, { form: { email: bob.email } });
  expect((await visit(chosen.location, { cookie })).parameters.errorCode).toBe(
    "OAUTH_PROVIDER_NOT_FOUND_OR_NOT_ENABLED",
  );
  expect((await authorize("google")).status).toBe(307);
});

test("a sign-in with a wrong key or a missing parameter does not reach the provider", async () => {
  const wrongKey = await authorize("github", { client_secret: "pck_wrong" });
  expect([wrongKey.status, wrongKey.knownError]).toEqual([401, "INVALID_PUBLISHABLE_CLIENT_KEY"]);
  for (const missing of ["redirect_uri", "state", "code_challenge", "scope", "grant_type"]) {
    const { knownError, text } = await authorize("github", { [missing]: undefined });
    expect(knownError).toBe("SCHEMA_ERROR");
    expect(text).toContain(`query.${missing} must be defined`);
  }
});

test("a sign-in with an untrusted redirect is refused at once, and signs no user up", async () => {
  const elsewhere = { redirect_uri: "https://example.org/callback" };
  for (const changes of [elsewhere, { ...elsewhere, error_redirect_url: "https://example.org/error" }]) {
    const { status, knownError } = await comeBack("github", bob.email, changes);
    expect([status, knownError]).toEqual([400, "REDIRECT_URL_NOT_WHITELISTED"]);
  }
  expect(await allUsers()).toEqual([]);
});
