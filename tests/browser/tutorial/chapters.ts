import { addTodo, expect, npmRun, type Person, progressOf, removeTodos, test, todo } from "../people.ts";

// Neon's tutorial, chapter by chapter and with its own SQL: https://neon.com/docs/guides/neon-auth-demo

async function dbSql(statement: string): Promise<Record<string, unknown>[]> {
  return JSON.parse(await npmRun("db:sql", statement, "--json"));
}

const deleteDoug = () => dbSql("DELETE FROM neon_auth.users_sync WHERE email LIKE '%doug%'");

const addForeignKey = () =>
  dbSql(`
    ALTER TABLE todos
    ADD CONSTRAINT todos_owner_id_fk
    FOREIGN KEY (owner_id)
    REFERENCES neon_auth.users_sync(id)
    ON DELETE CASCADE
  `);

/** However far the tutorial got. */
export async function bringKeyBack(): Promise<void> {
  const [key] = await dbSql("select conname from pg_constraint where conname = 'todos_owner_id_fk'");
  if (key) return;
  await dbSql("select move_orphaned_todos()");
  await addForeignKey();
}

/** @param newcomer a new user who has just signed up at the form */
export async function fiveChapters(newcomer: (name: string) => Promise<Person>): Promise<void> {
  const [bob, doug] =
    await test.step("1. Bob and Doug sign up, and their profiles appear in Postgres", async () => {
      const bob = await newcomer("Bob");
      const doug = await newcomer("Doug");
      const profiles = () =>
        dbSql(`
        SELECT name, email FROM neon_auth.users_sync WHERE email IN ('${bob.email}', '${doug.email}') ORDER BY name
      `);
      await expect.poll(profiles).toEqual([
        { name: "Bob", email: bob.email },
        { name: "Doug", email: doug.email },
      ]);
      return [bob, doug];
    });

  await test.step("2. All todos are in one list, each with its owner's email through a join", async () => {
    for (const task of ["Buy seeds", "Dig the beds", "Plant the seeds"]) await addTodo(bob.page, task);
    for (const task of ["Feed the cat", "Water the plants"]) await addTodo(doug.page, task);

    await expect(todo(doug.page, "Feed the cat")).toContainText(doug.email);
    await expect(todo(doug.page, "Buy seeds")).toContainText(bob.email);
    await expect(todo(doug.page, "Buy seeds").getByRole("button", { name: "Delete" })).toHaveCount(0);
    await bob.page.reload();
    await expect(todo(bob.page, "Feed the cat")).toContainText(doug.email);
  });

  await test.step("3. Team progress counts each user's completed todos, no matter who ticked them", async () => {
    await expect(progressOf(bob.page, bob.email)).toContainText("Bob");
    await expect(progressOf(bob.page, bob.email)).toContainText("0/3");
    await doug.page.reload();
    const checkbox = todo(doug.page, "Buy seeds").getByRole("checkbox");
    await expect(checkbox).not.toBeChecked();
    await checkbox.click();
    await expect(checkbox).toBeChecked();
    await expect(progressOf(doug.page, bob.email)).toContainText("1/3");
    await expect(progressOf(doug.page, doug.email)).toContainText("0/2");
    await expect(doug.page.getByText(/^[\d,]+ of [\d,]+ done$/)).toBeVisible();

    await bob.page.reload();
    await expect(todo(bob.page, "Buy seeds").getByRole("checkbox")).toBeChecked();
    await todo(bob.page, "Buy seeds").getByRole("checkbox").click();
    await expect(progressOf(bob.page, bob.email)).toContainText("0/3");
  });

  await test.step("4. Without a foreign key, Doug's todos stay behind as ghosts when Doug is deleted", async () => {
    await dbSql("ALTER TABLE todos DROP CONSTRAINT todos_owner_id_fk");
    await npmRun("db:snapshot", "before-doug-was-deleted", "--replace");
    await deleteDoug();

    await bob.page.reload();
    for (const task of ["Feed the cat", "Water the plants"]) {
      await expect(todo(bob.page, task)).toContainText("no owner");
    }
    await expect(bob.page.getByText(doug.email)).toHaveCount(0);
    await doug.page.reload();
    await expect(doug.page.getByText("Your account was deleted")).toBeVisible();
  });

  await test.step("5. After a restore the key is added, and Doug's todos go with Doug", async () => {
    await npmRun("db:restore", "before-doug-was-deleted");
    await bob.page.reload();
    await expect(todo(bob.page, "Feed the cat")).toContainText(doug.email);
    await expect(progressOf(bob.page, doug.email)).toContainText("0/2");

    await addForeignKey();
    await deleteDoug();
    await bob.page.reload();
    await expect(todo(bob.page, "Buy seeds")).toContainText(bob.email);
    for (const task of ["Feed the cat", "Water the plants"])
      await expect(todo(bob.page, task)).toHaveCount(0);
    await expect(bob.page.getByText("no owner")).toHaveCount(0);
  });

  await removeTodos(bob.page, ["Buy seeds", "Dig the beds", "Plant the seeds"]);
}
