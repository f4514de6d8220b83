import { randomUUID } from "node:crypto";
import sql from "sql-template-tag";
import { expect, test, vi } from "vitest";
import { z } from "zod";
import { startSession } from "#app/auth/session/session.server.ts";
import { database } from "#app/db/current.server.ts";
import { statement } from "#app/db/statement.server.ts";
import * as signInRoute from "#app/routes/auth/password/sign-in.tsx";
import * as signUpRoute from "#app/routes/auth/password/sign-up.tsx";
import * as signOutRoute from "#app/routes/auth/sign-out.ts";
import { allTodos, Browser, runSql, signedIn, syncProfiles, whileSyncing } from "#tests/loaders/browser.ts";
import { standIn } from "#tests/setup/stack.ts";

const forEver = 600_000;

/** A user with a valid token and no profile row. */
async function withoutProfile(claims: { signed_up_at?: number } = {}): Promise<Browser> {
  const sub = randomUUID();
  const email = `${sub}@example.com`;
  const browser = Object.assign(new Browser(), { sub, email });
  const accessToken = await standIn.signAccessToken({ sub, email, ...claims });
  browser.keep(await startSession({ accessToken, refreshToken: "none" }));
  return browser;
}

async function signUp(email: string): Promise<Browser> {
  const browser = new Browser();
  const fields = { email, password: "correct horse" };
  expect(await browser.post(signUpRoute.action, "/sign-up", fields)).toRedirectTo("/");
  return browser;
}

/** Whether the sync has brought a user's profile. */
async function arrived(email: string): Promise<boolean> {
  const exists = sql`select exists (select from neon_auth.users_sync where email = ${email}) as it`;
  const [row] = await database().query(statement(z.object({ it: z.boolean() }), exists));
  return row?.it ?? false;
}

const ownTodos = async (task: string) => (await allTodos()).filter((todo) => todo.task === task);

test.each([
  0, 300, 700,
])("with a sync that takes %i ms, a sign-up is answered once the profile is there", (ms) =>
  whileSyncing(ms, async () => {
    const browser = await signUp(`${ms}@example.com`);
    expect(await arrived(`${ms}@example.com`)).toBe(true);
    expect(await browser.change({ intent: "add", task: `after ${ms}` })).toRedirectTo("/");
    expect((await browser.todosPage()).data.todos.at(-1)?.ownerEmail).toBe(`${ms}@example.com`);
  }));

test("with a sync that never comes, the first todo stays on the page, and is added once when sent again", async () => {
  const task = "after all";
  const key = randomUUID();
  await whileSyncing(forEver, async () => {
    const browser = await signUp("later@example.com");
    const { status, data } = await browser.todosPage();
    expect([status, data.view, data.viewer.email]).toEqual([200, "list", "later@example.com"]);
    expect(data.isProfileMissing).toBe(false);

    const answer = await browser.change({ intent: "add", task, key });
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect(await answer.json()).toMatchObject({
      ok: false,
      isTemporary: true,
      typed: { task },
      key,
      errors: { form: expect.stringContaining("on its way") },
    });
    expect(await ownTodos(task)).toEqual([]);

    await syncProfiles();
    for (let attempt = 0; attempt < 2; attempt++) {
      expect(await browser.change({ intent: "add", task, key })).toRedirectTo("/");
    }
    expect(await ownTodos(task)).toMatchObject([{ owner: "later@example.com" }]);
  });
});

test("a profile that arrives while the first todo waits for it lets the todo be added", () =>
  whileSyncing(forEver, async () => {
    const email = "in-time@example.com";
    const browser = await signUp(email);
    expect(await arrived(email)).toBe(false);
    const attempts = vi.spyOn(database(), "query");
    const adding = browser.change({ intent: "add", task: "in time" });
    await vi.waitFor(() =>
      expect(attempts.mock.settledResults.map(({ type }) => type)).toContain("rejected"),
    );
    attempts.mockRestore();
    await syncProfiles();
    expect(await adding).toRedirectTo("/");
    expect(await ownTodos("in time")).toMatchObject([{ owner: email }]);
  }));

test(
  "with a sync that never comes, everything but adding works",
  () =>
    whileSyncing(forEver, async () => {
      const bob = await signedIn("bob");
      await bob.change({ intent: "add", task: "of somebody else" });
      const browser = await signUp("never@example.com");
      const [todo] = (await browser.todosPage()).data.todos.filter(({ task }) => task === "of somebody else");
      const toggle = { intent: "toggle", id: todo?.id ?? "", complete: "true" };
      expect(await browser.change(toggle)).toRedirectTo("/");
      expect((await browser.change({ intent: "delete", id: todo?.id ?? "" })).status).toBe(403);
      expect((await browser.change({ intent: "add", task: "never" })).status).toBe(503);
      expect(await ownTodos("never")).toEqual([]);
    }),
  30_000,
);

test("without the foreign key a first todo needs no profile, and shows its owner once the profile arrives", async () => {
  await runSql("alter table todos drop constraint todos_owner_id_fk");
  await whileSyncing(forEver, async () => {
    const browser = await signUp("early@example.com");
    expect(await browser.change({ intent: "add", task: "be early" })).toRedirectTo("/");
    expect((await browser.todosPage()).data.todos.at(-1)).toMatchObject({ task: "be early", isGhost: true });
    await syncProfiles();
    expect((await browser.todosPage()).data.todos.at(-1)).toMatchObject({ ownerEmail: "early@example.com" });
  });
  await runSql(`
    alter table todos
    add constraint todos_owner_id_fk foreign key (owner_id) references neon_auth.users_sync (id) on delete cascade
  `);
});

const minutesAgo = (minutes: number) => Math.floor(Date.now() / 1_000) - minutes * 60;

test("a user whose account is older than ten minutes is told that the profile is missing, and whom to ask", async () => {
  const old = await withoutProfile({ signed_up_at: minutesAgo(11) });
  expect((await old.todosPage()).data).toMatchObject({ view: "list", isProfileMissing: true });
  const answer = await old.change({ intent: "add", task: "missing" });
  expect(answer.status).toBe(503);
  expect((await answer.json()).errors.form).toMatch(/hasn't reached.*Ask an administrator/);

  const young = await withoutProfile({ signed_up_at: minutesAgo(9) });
  expect((await young.todosPage()).data).toMatchObject({ view: "list", isProfileMissing: false });
});

test("a missing row is late if the session never saw it, and deleted if it did", async () => {
  const seen = await signedIn("seen");
  await runSql(`delete from neon_auth.users_sync where id = '${seen.userId}'`);
  const answer = await seen.change({ intent: "add", task: "too late" });
  expect(answer).toRedirectTo("/sign-in");
  // Long enough for the page that says so, and for the user to return to it.
  expect(answer.headers.getSetCookie()).toEqual([expect.stringContaining("Max-Age=600;")]);
  expect(await ownTodos("too late")).toEqual([]);
  expect(await seen.change({ intent: "add", task: "too late" })).toRedirectTo("/sign-in");

  const signIn = await (await seen.load(signInRoute.loader, "/sign-in")).json();
  expect(signIn.wasDeleted).toBe(true);
});

test.each([
  ["gone", "delete from neon_auth.users_sync"],
  ["marked as deleted", "update neon_auth.users_sync set deleted_at = now()"],
])("a user whose row is %s is signed out by the next page, which says why until the next sign-in", async (_, change) => {
  const browser = await signedIn("leaver");
  await runSql(`${change} where id = '${browser.userId}'`);
  // The first request finds out, the others read it in the cookie; a live page may have been left before its answer.
  for (const _ of ["found out", "read", "read again"]) {
    expect((await browser.todosPage()).data).toEqual({ view: "landing", wasDeleted: true, signUp: true });
  }
  await browser.signUp({ email: `${randomUUID()}@example.com`, password: "correct horse" });
  expect((await browser.todosPage()).data).toMatchObject({ view: "list" });
  await browser.post(signOutRoute.action, "/sign-out", {});
  expect((await browser.todosPage()).data).toEqual({ view: "landing", wasDeleted: false, signUp: true });
});

test("a foreign key that refuses anything but the actor's own new todo does not mean a late profile", async () => {
  const bob = await signedIn("bob");
  await runSql("alter table todos add column project_id bigint");
  await runSql("alter table todos alter project_id set default 12345");
  await runSql(
    "alter table todos add constraint todos_project_id_fk foreign key (project_id) references todos (id)",
  );
  await expect(bob.change({ intent: "add", task: "of no project" })).rejects.toMatchObject({
    kind: "refused",
    constraint: "todos_project_id_fk",
  });
  await runSql("alter table todos drop column project_id");
});
