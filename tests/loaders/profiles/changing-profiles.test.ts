import { expect, test } from "vitest";
import { Browser, runSql, signedIn } from "#tests/loaders/browser.ts";

/** Changes a profile, as the sync does. */
async function changeProfile({ userId }: { userId: string }, fields: Record<string, string | null>) {
  const json = JSON.stringify(fields).replaceAll("'", "''");
  await runSql(`
    update neon_auth.users_sync set raw_json = raw_json || '${json}', updated_at = now() where id = '${userId}'
  `);
}

/** How another user sees a user who has one todo. */
async function asOthersSee({ userId }: { userId: string }) {
  const { data } = await (await signedIn("onlooker")).todosPage();
  const todo = data.todos.find(({ ownerId }) => ownerId === userId);
  const member = data.team.shown.find((each) => each.userId === userId);
  return { ownerEmail: todo?.ownerEmail, isGhost: todo?.isGhost, email: member?.email, name: member?.name };
}

async function withOneTodo(name: string) {
  const browser = await signedIn(name);
  await browser.change({ intent: "add", task: "x" });
  return browser;
}

test.each([
  ["a new name and email", "Robert", "robert@example.com"],
  ["no name", null, "robert@example.com"],
  ["no email", "Robert", null],
  ["neither", null, null],
  ["a name of 300 characters", "x".repeat(300), "robert@example.com"],
  ["a name that looks like HTML", "<img src=x onerror=alert(1)>", '"><script>'],
])("%s shows on the next read", async (_, name, email) => {
  const bob = await withOneTodo("bob");
  await changeProfile(bob, { display_name: name, primary_email: email });
  expect(await asOthersSee(bob)).toEqual({ ownerEmail: email, isGhost: false, email, name });
  expect((await bob.todosPage()).data.viewer.email).toBe(email);
});

test("a deleted profile's name and email are not shown, though they stay in its row", async () => {
  const doug = await withOneTodo("doug");
  // As if the trigger could not remove the todo.
  await runSql("alter table neon_auth.users_sync disable trigger user");
  await runSql(`update neon_auth.users_sync set deleted_at = now() where id = '${doug.userId}'`);
  await runSql("alter table neon_auth.users_sync enable trigger user");
  const onlooker = await signedIn("onlooker");
  for (const path of ["/", "/?team=all"]) {
    expect(JSON.stringify((await onlooker.todosPage(path)).data)).not.toContain(doug.userId);
    expect(JSON.stringify((await onlooker.todosPage(path)).data)).not.toContain("doug");
  }
});

test("server_metadata and the rest of a profile never reach the page", async () => {
  const bob = await withOneTodo("bob");
  await changeProfile(bob, { server_metadata: "top secret", client_metadata: "private" });
  const { data } = await bob.todosPage();
  expect(JSON.stringify(data)).not.toMatch(/metadata|top secret|private/);
});

test("a visitor who never signed in sees no profile", async () => {
  await withOneTodo("bob");
  expect((await new Browser().todosPage()).data).toEqual({
    view: "landing",
    wasDeleted: false,
    signUp: true,
  });
});
