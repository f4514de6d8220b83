import { HttpResponse, http, passthrough } from "msw";
import { Webhook } from "standardwebhooks";
import { beforeEach, expect, test, vi } from "vitest";
import { environment } from "#app/platform/environment.server.ts";
import { action, loader } from "#app/routes/webhooks/stack.ts";
import { runSql } from "#tests/loaders/browser.ts";
import {
  allProfiles,
  atStack,
  eventsOf,
  heldAnswer,
  type User,
  whileProfilesRefuse,
} from "#tests/loaders/stack-users.ts";
import { failures, startFailingStack } from "#tests/mocks/failing-stack.ts";
import { recordedWebhook } from "#tests/recordings/exchanges.ts";
import { stack, stackRequests, standIn } from "#tests/setup/stack.ts";

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const otherSecret = "whsec_AAAAr8GKYqrTwjUPD8ILPZIo2LaLaSwA";
environment().stackWebhookSecret = secret;

const url = "http://localhost:3000/webhooks/stack";
const noUser = "11111111-1111-4111-8111-111111111111";
const output = vi.spyOn(console, "error").mockReturnValue();

beforeEach(async () => {
  output.mockClear();
  await runSql("delete from neon_auth.users_sync");
});

/** A delivery as Svix makes it: with a time in seconds, and signed. */
function delivery(body: string, { at = new Date(), key = secret, names = "svix" } = {}): Request {
  const id = "msg_2b5f";
  const headers = {
    "Content-Type": "application/json",
    [`${names}-id`]: id,
    [`${names}-timestamp`]: String(Math.floor(at.getTime() / 1_000)),
    [`${names}-signature`]: new Webhook(key).sign(id, at, body),
  };
  return new Request(url, { method: "POST", headers, body });
}

function send(request: Request) {
  return action({ request, params: {}, context: {} });
}

/** Delivers an event, and expects it to be accepted. */
async function deliver(event: object, options?: Parameters<typeof delivery>[1]): Promise<void> {
  const { status } = await send(delivery(JSON.stringify(event), options));
  expect(status).toBe(204);
}

/** The only profile. */
async function profile() {
  const profiles = await allProfiles();
  expect(profiles).toHaveLength(1);
  return profiles[0];
}

function secondsFromNow(seconds: number): Date {
  return new Date(Date.now() + seconds * 1_000);
}

/** Makes Stack's next answer about a user a known error. */
function refuseOnce(code: string, status: number): void {
  const answer = () => HttpResponse.json({ code }, { status, headers: { "x-stack-known-error": code } });
  stack.use(http.get(`${environment().stack.apiUrl}/api/v1/users/:id`, answer, { once: true }));
}

const orders = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

test.each(
  orders,
)("events of an existing user in the order %d %d %d end with their current profile", async (...order) => {
  const user = await atStack.create({ display_name: "first" });
  await atStack.change(user, { display_name: "second", server_metadata: { role: "admin" } });
  const latest = await atStack.change(user, { display_name: "third" });
  const events = await eventsOf(user);
  for (const index of order) await deliver(events[index] ?? {});
  expect(await profile()).toMatchObject({ user: latest, name: "third", deletedAt: null });
});

test.each(
  orders,
)("events of a deleted user in the order %d %d %d end with the user deleted", async (...order) => {
  const user = await atStack.create({ display_name: "first" });
  await atStack.change(user, { display_name: "second" });
  await atStack.remove(user);
  const events = await eventsOf(user);
  for (const index of order) await deliver(events[index] ?? {});
  expect(await profile()).toMatchObject({ user: { id: user.id }, deletedAt: expect.any(String) });
});

test("an event delivered twice changes nothing the second time", async () => {
  const user = await atStack.create({ display_name: "Bob" });
  await atStack.change(user, { display_name: "Bobby" });
  const [created = {}, updated = {}] = await eventsOf(user);
  for (const event of [updated, created, updated, created]) await deliver(event);
  expect(await profile()).toMatchObject({ name: "Bobby" });
  await atStack.remove(user);
  const [, , deleted = {}] = await eventsOf(user);
  await deliver(deleted);
  const once = await allProfiles();
  for (const event of [deleted, created, updated, deleted]) await deliver(event);
  expect(await allProfiles()).toEqual(once);
});

test("Stack's answer is stored as of the time of the request, not of the delivery", async () => {
  const [created = {}] = await eventsOf(await atStack.create({}));
  const before = new Date().toISOString();
  await deliver(created, { at: secondsFromNow(100) });
  const { updatedAt } = (await profile()) ?? {};
  expect([before, updatedAt, new Date().toISOString()].sort()).toEqual([
    before,
    updatedAt,
    expect.any(String),
  ]);
});

test("a late answer from Stack does not replace a newer one", async () => {
  const user = await atStack.create({ display_name: "early" });
  const { isAsked, release } = heldAnswer(user);
  const [created = {}] = await eventsOf(user);
  const late = deliver(created);
  await isAsked;
  const latest = await atStack.change(user, { display_name: "late" });
  const [, updated = {}] = await eventsOf(user);
  await deliver(updated);
  release();
  await late;
  expect(await profile()).toMatchObject({ user: latest });
});

test("an answer from Stack that arrives after the user was deleted does not bring them back", async () => {
  const user = await atStack.create({ display_name: "early" });
  const { isAsked, release } = heldAnswer(user);
  const [created = {}] = await eventsOf(user);
  const late = deliver(created);
  await isAsked;
  await atStack.remove(user);
  const [, deleted = {}] = await eventsOf(user);
  await deliver(deleted);
  release();
  await late;
  expect(await profile()).toMatchObject({ user: { id: user.id }, name: null, deletedAt: expect.any(String) });
});

test("twenty deliveries at once, while the user keeps changing, end with their current profile", async () => {
  const user = await atStack.create({});
  const deliveries: Promise<void>[] = [];
  for (let n = 1; n <= 20; n++) {
    await atStack.change(user, { display_name: `name ${n}` });
    const event = (await eventsOf(user)).at(-1) ?? {};
    deliveries.push(deliver(event));
  }
  await Promise.all(deliveries);
  expect(await profile()).toMatchObject({ name: "name 20" });
});

test("a deletion among twenty simultaneous deliveries stays", async () => {
  const user = await atStack.create({});
  for (let n = 1; n <= 18; n++) await atStack.change(user, { display_name: `name ${n}` });
  await atStack.remove(user);
  const events = await eventsOf(user);
  expect(events).toHaveLength(20);
  await Promise.all(events.reverse().map((event) => deliver(event)));
  expect(await profile()).toMatchObject({ deletedAt: expect.any(String) });
});

test("the recorded events of users whom Stack no longer knows are stored as sent", async () => {
  const at = secondsFromNow(-60);
  at.setMilliseconds(0);
  const created = recordedWebhook("user.created") as User;
  const updated = recordedWebhook("user.updated") as User;
  const deleted = recordedWebhook("user.deleted") as User;
  await deliver({ type: "user.created", data: created }, { at });
  await deliver({ type: "user.updated", data: updated }, { at });
  await deliver({ type: "user.deleted", data: deleted }, { at });
  const updatedAt = at.toISOString();
  expect(await allProfiles()).toEqual([
    { user: updated, name: "Alice A.", updatedAt, deletedAt: null },
    { user: { id: deleted.id }, name: null, updatedAt: null, deletedAt: expect.any(String) },
    { user: created, name: null, updatedAt, deletedAt: null },
  ]);
});

test("an event about a user whom Stack does not know does not replace a newer profile", async () => {
  const user = { id: noUser, display_name: "sent" };
  await deliver({ type: "user.updated", data: { ...user, display_name: "later" } });
  await deliver({ type: "user.created", data: user }, { at: secondsFromNow(-60) });
  expect(await profile()).toMatchObject({ name: "later" });
});

test("an event replaces a profile of unknown age, and one from the same second", async () => {
  await runSql(`insert into neon_auth.users_sync (raw_json) values ('{"id": "${noUser}"}')`);
  const at = new Date();
  for (const name of ["first", "second"]) {
    await deliver({ type: "user.updated", data: { id: noUser, display_name: name } }, { at });
    expect(await profile()).toMatchObject({ name });
  }
});

test("a sender whose clock is ahead does not block later answers", async () => {
  const user = await atStack.create({ display_name: "known" });
  const [created = {}] = await eventsOf(user);
  refuseOnce("USER_NOT_FOUND", 404);
  await deliver(created, { at: secondsFromNow(200) });
  await atStack.change(user, { display_name: "changed" });
  await deliver(created);
  expect(await profile()).toMatchObject({ name: "changed" });
});

test("a name of 300 characters, a missing name, and a missing email are stored", async () => {
  const long = "x".repeat(300);
  await deliver({ type: "user.created", data: { id: noUser, display_name: long, primary_email: null } });
  expect(await profile()).toMatchObject({ name: long });
  await deliver({ type: "user.created", data: { id: noUser, display_name: null } });
  expect(await profile()).toMatchObject({ name: null });
});

test("characters that Postgres cannot store are dropped, and all others are kept", async () => {
  const data = {
    id: noUser,
    display_name: "a\0b \\u0000 \\\\ud83d 🦊 \ud83d é\n",
    client_metadata: { "k\0": ["\udc00"] },
  };
  await deliver({ type: "user.created", data });
  expect(await profile()).toMatchObject({
    user: { display_name: "ab \\u0000 \\\\ud83d 🦊  é\n", client_metadata: { k: [""] } },
  });
});

test("the standard's own header names are accepted, too", async () => {
  await deliver({ type: "user.deleted", data: { id: noUser } }, { names: "webhook" });
  expect(await profile()).toMatchObject({ deletedAt: expect.any(String) });
});

const event = JSON.stringify({ type: "user.deleted", data: { id: noUser } });
function without(name: string): Request {
  const request = delivery(event);
  request.headers.delete(name);
  return request;
}
test.each([
  ["signed with another secret", () => delivery(event, { key: otherSecret })],
  ["whose body was changed", () => new Request(delivery(event), { body: event.replace(noUser, "bob") })],
  ["from more than five minutes ago", () => delivery(event, { at: secondsFromNow(-302) })],
  ["from more than five minutes ahead", () => delivery(event, { at: secondsFromNow(302) })],
  ["without an id", () => without("svix-id")],
  ["without a time", () => without("svix-timestamp")],
  ["without a signature", () => without("svix-signature")],
  ["with only a body", () => new Request(url, { method: "POST", body: event })],
])("a delivery %s is refused, and nothing is read or written", async (_, make) => {
  await runSql(`insert into neon_auth.users_sync (raw_json) values ('{"id": "${noUser}"}')`);
  const before = await allProfiles();
  stackRequests.length = 0;
  expect((await send(make())).status).toBe(401);
  expect([await allProfiles(), stackRequests]).toEqual([before, []]);
});

test("events of other kinds are accepted and ignored", async () => {
  await deliver({ type: "team.created", data: { id: noUser } });
  await deliver({ type: "constructor" });
  expect([await allProfiles(), stackRequests]).toEqual([[], []]);
});

test.each([
  "",
  "no JSON",
  "null",
  "[]",
  "{}",
  '{"type": 1}',
  '{"type": "user.created"}',
  '{"type": "user.created", "data": {"id": ""}}',
  '{"type": "user.updated", "data": {"id": 5}}',
  '{"type": "user.updated", "data": {"id": "bob", "signed_up_at_millis": "x"}}',
  '{"type": "user.deleted", "data": {"id": "a\\u0000b"}}',
  '{"type": "user.deleted", "data": {"id": "\\ud83d"}}',
  `{"type": "user.deleted", "data": {"id": "${"x".repeat(256)}"}}`,
])("the signed body %j is refused", async (body) => {
  expect((await send(delivery(body))).status).toBe(400);
  expect([await allProfiles(), stackRequests]).toEqual([[], []]);
});

test("while the database does not answer, Stack is told when to deliver again", async () => {
  const user = await atStack.create({});
  const [created = {}] = await eventsOf(user);
  const request = () => delivery(JSON.stringify(created));
  await whileProfilesRefuse("57P01", async () => {
    const { status, headers } = await send(request());
    expect([status, headers.get("Retry-After")]).toEqual([503, "5"]);
  });
  expect(output.mock.calls).toEqual([["POST /webhooks/stack: The database: unreachable < no"]]);
  expect((await send(request())).status).toBe(204);
  expect(await profile()).toMatchObject({ user });
});

test("an error that quotes the profile is logged without the quote", async () => {
  const [created = {}] = await eventsOf(await atStack.create({ display_name: "Bob Secret" }));
  await whileProfilesRefuse("23514", async () => {
    expect((await send(delivery(JSON.stringify(created)))).status).toBe(500);
  });
  expect(output.mock.calls).toEqual([[expect.not.stringContaining("Secret")]]);
});

test.each(
  Object.entries(failures),
)("while Stack %s, it is told when to deliver again", async (name, failure) => {
  const user = await atStack.create({});
  const [created = {}] = await eventsOf(user);
  const { stack: project } = environment();
  await using failing = await startFailingStack(standIn.handlers, project.apiUrl);
  stack.use(http.all(`${failing.origin}/*`, () => passthrough()));
  failing.fail(failure);
  const { apiUrl } = project;
  project.apiUrl = failing.origin;
  const { status, headers } = await send(delivery(JSON.stringify(created))).finally(() => {
    project.apiUrl = apiUrl;
  });
  const retryAfter = name.includes("come back") ? "3600" : "5";
  expect([status, headers.get("Retry-After"), await allProfiles()]).toEqual([503, retryAfter, []]);
  expect(output).toHaveBeenCalledOnce();
});

test("a user with an id other than the requested one is not stored", async () => {
  const [created = {}] = await eventsOf(await atStack.create({}));
  stack.use(
    http.get(`${environment().stack.apiUrl}/api/v1/users/:id`, () => HttpResponse.json({ id: "doug" })),
  );
  expect((await send(delivery(JSON.stringify(created)))).status).toBe(503);
  expect(await allProfiles()).toEqual([]);
});

test("when Stack refuses our key, users do not become unknown", async () => {
  const [created = {}] = await eventsOf(await atStack.create({}));
  refuseOnce("INVALID_SECRET_SERVER_KEY", 401);
  expect((await send(delivery(JSON.stringify(created)))).status).toBe(503);
  expect(await allProfiles()).toEqual([]);
});

test("methods other than POST are refused", async () => {
  for (const { status, headers } of [
    loader(),
    await send(new Request(url, { method: "PUT", body: event })),
  ]) {
    expect([status, headers.get("Allow")]).toEqual([405, "POST"]);
  }
});

test("without a configured secret the address is 404", async () => {
  environment().stackWebhookSecret = undefined;
  try {
    expect([loader().status, (await send(delivery(event))).status]).toEqual([404, 404]);
  } finally {
    environment().stackWebhookSecret = secret;
  }
  expect([await allProfiles(), stackRequests]).toEqual([[], []]);
});
