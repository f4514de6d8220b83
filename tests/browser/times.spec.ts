import { addTodo, dbSql, expect, removeTodos, test, todo, withManyTodos } from "./people.ts";

for (const timezoneId of ["Pacific/Honolulu", "Pacific/Kiritimati"]) {
  test.describe(() => {
    test.use({ timezoneId });

    test(
      `in ${timezoneId} every time says UTC, and the script changes nothing that the server wrote`,
      { tag: "@script" },
      async ({ person }) => {
        const { page, email } = await person("Ada");
        expect(await page.evaluate(() => Intl.DateTimeFormat().resolvedOptions().timeZone)).toBe(timezoneId);
        await addTodo(page, "What time is it?");
        const change = `update neon_auth.users_sync
          set raw_json = jsonb_set(raw_json, '{server_metadata}', '{"role": "admin"}') where email = '${email}' returning id`;
        await expect.poll(() => dbSql(change)).toHaveLength(1);
        // Yesterday in Honolulu, today in UTC, and tomorrow on Kiritimati.
        await dbSql(`update todos set inserted_at = date_trunc('day', now(), 'utc') + interval '10 minutes'
          where task = 'What time is it?'`);
        const [today] = await dbSql("select to_char(now() at time zone 'utc', 'YYYY-MM-DD') as day");

        const path = "/stats?sort=latest";
        const sent = await (await page.request.get(path)).text();
        await page.goto(path);
        const row = page.getByRole("table", { name: "Users" }).getByRole("row").filter({ hasText: email });
        await expect(row.getByRole("cell").last()).toHaveText(`${today?.day} 00:10 UTC`);
        const times = await page
          .locator("time")
          .evaluateAll((all) => all.map((time) => [time.getAttribute("datetime"), time.textContent]));
        expect(times.length).toBeGreaterThan(30);
        for (const [value, text] of times) expect(sent).toContain(`<time dateTime="${value}">${text}</time>`);
        await expect(page.getByRole("img", { name: /per day/ })).toHaveAccessibleDescription(/, days in UTC/);

        await page.goto("/");
        await removeTodos(page, ["What time is it?"]);
        await withManyTodos(email, 51, async () => {
          await page.goto("/");
          await page.getByRole("link", { name: "Earlier todos" }).click();
          await expect(todo(page, "todo 1")).toBeVisible();
          const title = await page.title();
          expect(title).toMatch(/^Before \d{4}-\d\d-\d\d \d\d:\d\d UTC · Todos$/);
          await page.reload();
          await expect(page.getByRole("button", { name: "Keyboard shortcuts" })).toBeVisible();
          expect(await page.title()).toBe(title);
        });
      },
    );
  });
}
