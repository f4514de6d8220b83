import { addTodo, expect, profileInPostgres, progressOf, test, todo } from "./people.ts";

// The tutorial's first three chapters, in its order.

test("chapter 1: Bob and Doug sign up, and their profiles appear in Postgres by themselves", async ({
  person,
}) => {
  for (const name of ["Bob", "Doug"]) {
    const { page, email } = await person(name);
    await expect(page.getByText(email)).toBeVisible();
    await expect.poll(() => profileInPostgres(email)).toEqual({ name });
  }
});

test("chapter 2: everybody's todos are in one list, each with its owner's e-mail", async ({ person }) => {
  const bob = await person("Bob");
  const doug = await person("Doug");
  await expect.poll(() => profileInPostgres(bob.email)).toBeTruthy();
  await expect.poll(() => profileInPostgres(doug.email)).toBeTruthy();

  await addTodo(bob.page, "Water the plants");
  await addTodo(doug.page, "Feed the cat");

  await expect(todo(doug.page, "Feed the cat")).toContainText(doug.email);
  await expect(todo(doug.page, "Water the plants")).toContainText(bob.email);
  await expect(todo(doug.page, "Water the plants").getByRole("button", { name: "Delete" })).toHaveCount(0);
  await bob.page.reload();
  await expect(todo(bob.page, "Feed the cat")).toContainText(doug.email);

  for (const [{ page }, task] of [
    [bob, "Water the plants"],
    [doug, "Feed the cat"],
  ] as const) {
    await todo(page, task)
      .getByRole("button", { name: `Delete ${task}` })
      .click();
    await expect(todo(page, task)).toHaveCount(0);
  }
});

test("chapter 3: team progress counts what each has done, whoever ticked it", async ({ person }) => {
  const bob = await person("Bob");
  const doug = await person("Doug");
  await expect.poll(() => profileInPostgres(bob.email)).toBeTruthy();

  for (const task of ["Buy seeds", "Dig the beds", "Plant the seeds"]) await addTodo(bob.page, task);
  await expect(progressOf(bob.page, bob.email)).toContainText("Bob");
  await expect(progressOf(bob.page, bob.email)).toContainText("0/3");

  await doug.page.reload();
  const checkbox = todo(doug.page, "Buy seeds").getByRole("checkbox");
  await expect(checkbox).not.toBeChecked();
  await checkbox.click();
  await expect(checkbox).toBeChecked();
  await expect(progressOf(doug.page, bob.email)).toContainText("1/3");
  await expect(progressOf(doug.page, doug.email)).toHaveCount(0);

  await bob.page.reload();
  await expect(todo(bob.page, "Buy seeds").getByRole("checkbox")).toBeChecked();
  await todo(bob.page, "Buy seeds").getByRole("checkbox").click();
  await expect(progressOf(bob.page, bob.email)).toContainText("0/3");

  for (const task of ["Buy seeds", "Dig the beds", "Plant the seeds"]) {
    await todo(bob.page, task)
      .getByRole("button", { name: `Delete ${task}` })
      .click();
    await expect(todo(bob.page, task)).toHaveCount(0);
  }
});
