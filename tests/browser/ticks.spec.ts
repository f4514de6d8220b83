import { isDataRequest } from "#app/http/remix-data.ts";
import { addTodo, dbSql, expect, progressOf, removeTodos, test, todo } from "./people.ts";

test(
  "online, a tick is a form and an answer: nothing is stored, and the stream brings the list",
  { tag: "@main" },
  async ({ person }) => {
    const { page, email } = await person("Bob");
    await addTodo(page, "Water the plants");
    await dbSql(`insert into todos (owner_id, task)
    select id, 'By hand' from neon_auth.users_sync where email = '${email}'`);
    await expect(todo(page, "By hand")).toBeVisible();
    const requests: string[] = [];
    page.on("request", (request) => {
      if (isDataRequest(request.url())) requests.push(request.method());
    });
    const stored = await page.evaluateHandle(() => {
      const names: string[] = [];
      Storage.prototype.setItem = (name: string) => void names.push(name);
      return names;
    });

    const checkbox = todo(page, "Water the plants").getByRole("checkbox");
    await checkbox.click();
    await expect(checkbox).toBeChecked();
    await expect(progressOf(page, email)).toContainText("1/2");
    await checkbox.click();
    await expect(progressOf(page, email)).toContainText("0/2");
    await expect(checkbox).not.toBeChecked();
    expect(requests).toEqual(["POST", "POST"]);
    expect(await stored.jsonValue()).toEqual([]);
    await removeTodos(page, ["Water the plants", "By hand"]);
  },
);

test("a page that does not see its tick in the list within five seconds asks for the list", async ({
  person,
}) => {
  const { page } = await person("Bob");
  for (const task of ["Water the plants", "Feed the cat"]) await addTodo(page, task);
  const opened = page.waitForResponse((answer) => new URL(answer.url()).pathname === "/events");
  await page.goto("/?show=active");
  await opened;
  await expect(page.getByRole("button", { name: "Keyboard shortcuts" })).toBeVisible();
  const requests: string[] = [];
  page.on("request", (request) => {
    if (isDataRequest(request.url())) requests.push(request.method());
  });
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 60_000);

  await todo(page, "Feed the cat").getByRole("checkbox").click();
  await expect(todo(page, "Feed the cat")).toHaveCount(0);
  await page.clock.runFor(10_000);
  // The server is asked for the state that the todo has, so there is nothing to bring.
  await page.route("**/?index*", (route) =>
    route.continue({
      postData: route.request().postData()?.replace("complete=true", "complete=false") ?? "",
    }),
  );
  await todo(page, "Water the plants").getByRole("checkbox").click();
  await expect(todo(page, "Water the plants").getByRole("checkbox")).toBeChecked();
  await expect(async () => {
    await page.clock.runFor(1_000);
    await expect(todo(page, "Water the plants").getByRole("checkbox")).not.toBeChecked({ timeout: 100 });
  }).toPass();
  await expect.poll(() => requests).toEqual(["POST", "POST", "GET"]);
});
