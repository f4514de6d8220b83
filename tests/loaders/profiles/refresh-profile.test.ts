import { HttpResponse, http } from "msw";
import { beforeEach, expect, test, vi } from "vitest";
import type { AccessToken } from "#app/auth/provider/auth-provider.ts";
import { environment } from "#app/platform/environment.server.ts";
import { refreshProfile } from "#app/profiles/refresh-profile.server.ts";
import { runSql } from "#tests/loaders/browser.ts";
import {
  allProfiles,
  atStack,
  heldAnswer,
  type User,
  whileProfilesRefuse,
} from "#tests/loaders/stack-users.ts";
import { stack, stackRequests } from "#tests/setup/stack.ts";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
environment().stackWebhookSecret = secret;

const output = vi.spyOn(console, "error").mockReturnValue();

beforeEach(async () => {
  output.mockClear();
  await runSql("delete from neon_auth.users_sync");
});

const fields = { display_name: "Bob", primary_email: "bob@example.com", primary_email_verified: false };

/** What a new token from Stack says about a user. */
function tokenOf(user: User): AccessToken {
  return {
    userId: user.id,
    email: user.primary_email as string | null,
    emailVerified: user.primary_email_verified as boolean,
    name: user.display_name,
    signedUpAt: undefined,
    expiresAt: Date.now() / 1_000 + 600,
  };
}

/** A user of Stack whose profile is stored. */
async function storedUser(): Promise<User> {
  const user = await atStack.create({ ...fields, primary_email: `${crypto.randomUUID()}@example.com` });
  await store(user);
  stackRequests.length = 0;
  return user;
}

async function store(user: object): Promise<void> {
  await runSql(`insert into neon_auth.users_sync (raw_json, updated_at)
    values ('${JSON.stringify(user)}', now() - interval '1 hour')`);
}

test.each([
  ["another name", { display_name: "Bobby" }],
  ["no name any more", { display_name: null }],
  ["another email", { primary_email: "bobby@example.com" }],
  ["a verified email", { primary_email_verified: true }],
])("a profile is read again when the token has %s", async (_, changes) => {
  const changed = await atStack.change(await storedUser(), changes);
  await refreshProfile(tokenOf(changed));
  expect(await allProfiles()).toMatchObject([{ user: changed, name: changed.display_name }]);
});

test("a profile of unknown age is stored again", async () => {
  const changed = await atStack.change(await storedUser(), { display_name: "Bobby" });
  await runSql("update neon_auth.users_sync set updated_at = null");
  await refreshProfile(tokenOf(changed));
  expect(await allProfiles()).toMatchObject([{ name: "Bobby", updatedAt: expect.any(String) }]);
});

test("Stack is not asked about a profile that agrees with the token", async () => {
  await refreshProfile(tokenOf(await storedUser()));
  expect(stackRequests).toEqual([]);
});

test("a missing name, address, or verification counts as none", async () => {
  const user = { id: "bob", display_name: null, primary_email: null, primary_email_verified: false };
  await store({ id: user.id });
  await refreshProfile(tokenOf(user));
  expect(stackRequests).toEqual([]);
});

test("where Neon's sync brings profiles, nothing happens", async () => {
  const changed = await atStack.change(await storedUser(), { display_name: "Bobby" });
  const before = await allProfiles();
  stackRequests.length = 0;
  environment().stackWebhookSecret = undefined;
  await refreshProfile(tokenOf(changed)).finally(() => {
    environment().stackWebhookSecret = secret;
  });
  expect([await allProfiles(), stackRequests]).toEqual([before, []]);
});

test("a missing profile is not created", async () => {
  const user = await atStack.create({ display_name: "Bob" });
  await refreshProfile(tokenOf(user));
  expect(await allProfiles()).toEqual([]);
});

test("a deleted profile stays as it is", async () => {
  const user = await storedUser();
  await runSql("update neon_auth.users_sync set deleted_at = now()");
  const before = await allProfiles();
  await refreshProfile({ ...tokenOf(user), name: "Bobby" });
  expect([await allProfiles(), stackRequests]).toEqual([before, []]);
});

test.each([
  ["is deleted", "update neon_auth.users_sync set deleted_at = now()"],
  ["is removed", "delete from neon_auth.users_sync"],
  ["is stored again", "update neon_auth.users_sync set updated_at = now()"],
])("a profile that %s while Stack is asked stays as it is", async (_, meanwhile) => {
  const user = await storedUser();
  const { isAsked, release } = heldAnswer({ ...user, display_name: "Bobby" });
  const refreshed = refreshProfile({ ...tokenOf(user), name: "Bobby" });
  await isAsked;
  await runSql(meanwhile);
  const before = await allProfiles();
  release();
  await refreshed;
  expect(await allProfiles()).toEqual(before);
});

test("a user whom Stack no longer knows keeps the profile until the deletion arrives", async () => {
  const user = await storedUser();
  await atStack.remove(user);
  const before = await allProfiles();
  await refreshProfile({ ...tokenOf(user), name: "Bobby" });
  expect(await allProfiles()).toEqual(before);
  expect(output).not.toHaveBeenCalled();
});

test.each([
  ["cannot be reached", () => HttpResponse.error()],
  ["does not answer", () => new Promise<never>(() => {})],
])("when Stack %s it is logged, no user waits long, and the profile stays as it is", async (_, answer) => {
  const user = await storedUser();
  const before = await allProfiles();
  stack.use(http.get(`${environment().stack.apiUrl}/api/v1/users/:id`, answer));
  const startedAt = performance.now();
  await refreshProfile({ ...tokenOf(user), name: "Bobby" });
  expect(performance.now() - startedAt).toBeLessThan(60_000);
  expect(await allProfiles()).toEqual(before);
  expect(output.mock.calls).toEqual([[expect.stringMatching(/^Refreshing a profile: .+/)]]);
});

test("a database that does not answer is logged, and a sign-in continues", async () => {
  const user = await storedUser();
  await whileProfilesRefuse("57P01", () => refreshProfile({ ...tokenOf(user), name: "Bobby" }));
  expect(output.mock.calls).toEqual([["Refreshing a profile: The database: unreachable < no"]]);
});
