import sql from "sql-template-tag";
import { afterEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { database } from "#app/db/current.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { sweep } from "#app/db/sweep.server.ts";
import { allTodos, runSql, signedIn } from "#tests/loaders/browser.ts";

afterEach(() => vi.useRealTimers());

/** A deleted user whose todos the trigger did not remove. */
async function deletedWithTodos(name: string, count: number): Promise<void> {
  const { userId } = await signedIn(name);
  await runSql(
    `insert into todos (owner_id, task) select '${userId}', '${name}' from generate_series(1, ${count})`,
  );
  await runSql("alter table neon_auth.users_sync disable trigger user");
  await runSql(`update neon_auth.users_sync set deleted_at = now() where id = '${userId}'`);
  await runSql("alter table neon_auth.users_sync enable trigger user");
}

const left = async () => new Set((await allTodos()).map(({ task }) => task));

test("a sweep removes all todos of deleted profiles, and no others", async () => {
  await deletedWithTodos("doug", 11_000);
  const bob = await signedIn("bob");
  await bob.change({ intent: "add", task: "bob's" });
  await sweep();
  expect(await left()).toEqual(new Set(["bob's"]));
});

const ledger = () =>
  database().query(statement(z.object({ sign: z.number() }), sql`select sign from todo_changes`));

test("a sweep folds the ledger of changes", async () => {
  await runSql("insert into todo_changes (sign) values (0)");
  expect(await ledger()).not.toEqual([]);
  await sweep();
  expect(await ledger()).toEqual([]);
});

test("a page requested a minute after the last sweep starts the next one", async () => {
  await deletedWithTodos("eve", 3);
  const bob = await signedIn("bob");
  await bob.todosPage();
  expect(await left()).toContain("eve");

  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 61_000 });
  await bob.todosPage();
  await vi.waitFor(async () => expect(await left()).not.toContain("eve"));
  // Its last step.
  await vi.waitFor(async () => expect(await ledger()).toEqual([]));
});
