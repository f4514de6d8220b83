import sql from "sql-template-tag";
import { expect, test } from "vitest";
import { markDelivered, undeliveredUserEvents } from "#tests/mocks/stack/user-events.ts";
import {
  asClient,
  asServer,
  bob,
  database,
  doug,
  events,
  own,
  request,
  run,
  signInByHttp,
  signUpByHttp,
  toldEvents,
} from "./harness.ts";

test("each change of a user creates one event in the shape of Stack's webhooks", async () => {
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
  expect(toldEvents.count).toBe(3);
});

test("signing in and refreshing count as activity; neither they nor signing out are events", async () => {
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
  expect(toldEvents.count).toBe(1);
});

test("an event is undelivered until it is marked once", async () => {
  await signUpByHttp(bob);
  await signUpByHttp(doug);
  const [first, second] = await database.query(undeliveredUserEvents());
  expect(first?.ageMs).toBeGreaterThanOrEqual(second?.ageMs ?? Number.NaN);
  expect(await database.query(markDelivered(first?.id ?? ""))).toEqual([{ id: first?.id }]);
  expect(await database.query(markDelivered(first?.id ?? ""))).toEqual([]);
  expect(await database.query(undeliveredUserEvents())).toMatchObject([{ id: second?.id }]);
});
