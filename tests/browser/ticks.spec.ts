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
