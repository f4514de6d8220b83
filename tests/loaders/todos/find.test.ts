import { beforeEach, expect, onTestFinished, test } from "vitest";
import { parseListView, searchOf } from "#app/routes/todos/list/views.ts";
import { allTodos, type Browser, runSql, signedIn } from "#tests/loaders/browser.ts";

type User = Browser & { userId: string };
const [bob, doug] = await Promise.all([signedIn("bob"), signedIn("doug")]);

beforeEach(() => runSql("delete from todos"));

/** Adds todos in this order, a second apart. */
async function add(tasks: string[], { userId }: User = bob, complete = false): Promise<void> {
  const rows = tasks.map((task) => `('${task.replaceAll("'", "''")}')`).join();
  await runSql(`insert into todos (owner_id, task, inserted_at, is_complete, completed_at)
    select '${userId}', task, timestamptz '2026-01-01' + row_number() over () * interval '1 second', ${complete},
      case when ${complete} then now() end
    from (values ${rows}) as t (task)`);
}

async function page(search: string, user: User = bob) {
  const { data } = await user.todosPage(`/${search}`);
  return { ...data, tasks: data.todos.map(({ task }) => task) };
}

const find = async (query: string) => (await page(`?${new URLSearchParams({ q: query })}`)).tasks;
const idOf = async (task: string) => (await allTodos()).find((todo) => todo.task === task)?.id ?? "";
const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `todo ${from + index}`);

test.each([
  ["", ["bob's open", "bob's done", "doug's open", "doug's done"], 2],
  ["?show=active", ["bob's open", "doug's open"], 2],
  ["?show=completed", ["bob's done", "doug's done"], 0],
  ["?owner=me", ["bob's open", "bob's done"], 1],
  ["?owner=me&show=active", ["bob's open"], 1],
  ["?owner=me&show=completed", ["bob's done"], 0],
  ["?owner=me&q=open", ["bob's open"], 1],
  ["?q=done", ["bob's done", "doug's done"], 0],
  ["?q=open&show=active", ["bob's open", "doug's open"], 2],
  ["?q=open&show=completed", [], 0],
  ["?show=everything&owner=you&q=&todo=x", ["bob's open", "bob's done", "doug's open", "doug's done"], 2],
])("%j shows what its filters leave, and counts the open todos", async (search, tasks, remaining) => {
  await add(["bob's open"]);
  await add(["bob's done"], bob, true);
  await add(["doug's open"], doug);
  await add(["doug's done"], doug, true);
  const data = await page(search);
  expect(data.tasks.sort()).toEqual([...tasks].sort());
  expect([data.remaining, data.areMoreRemaining]).toEqual([remaining, false]);
});

test("earlier pages of a filter continue where the later ones begin, without losing or repeating a todo", async () => {
  await add(numbered(1, 60));
  await add(numbered(1, 60), doug);
  await runSql("update todos set is_complete = id % 2 = 0");
  const own = (await allTodos()).filter(
    ({ owner, isComplete }) => owner === "bob@example.com" && !isComplete,
  );
  await add(numbered(61, 120), bob);
  for (const [filters, expected] of [
    ["owner=me&show=active", [...own.map(({ task }) => task), ...numbered(61, 120)]],
    ["owner=me&show=active&q=TODO", [...own.map(({ task }) => task), ...numbered(61, 120)]],
  ] as const) {
    const found: string[] = [];
    for (let before: string | null = ""; before !== null; ) {
      const data = await page(`?${filters}&before=${encodeURIComponent(before)}`);
      expect(data.tasks.length).toBeLessThanOrEqual(50);
      found.unshift(...data.tasks);
      before = data.earlier;
    }
    expect(found.sort()).toEqual([...expected].sort());
  }
});

test("a view and its URL match", () => {
  const search =
    "?show=active&owner=me&q=50%25+off&before=2026-01-01T00%3A00%3A00.000000Z_7&team=all&from=21&todo=5";
  expect(searchOf(parseListView(new URLSearchParams(search)))).toBe(search);
  expect(searchOf(parseListView(new URLSearchParams("?team=all&from=1&edit=7&index")))).toBe("?team=all");
  expect(searchOf(parseListView(new URLSearchParams("")))).toBe("");
});

test.each([
  ["case", "BUY MILK", "buy milk"],
  ["accents in the todo", "Crème brûlée", "creme brulee"],
  ["accents in the search", "creme brulee", "Crème Brûlée"],
  ["accents as characters of their own", "cre\u0301me bru\u0302le\u0301e", "crémé".slice(0, 3)],
  ["a letter that stands for two", "Straße fegen", "strasse"],
  ["Cyrillic", "Купить ёлку", "ЕЛКУ"],
  ["Greek", "Αγορά ψωμιού", "αγορα"],
  ["Arabic", "لشراء الحليب", "الحليب"],
  ["Japanese", "牛乳を買う", "牛乳を"],
  ["a single Chinese character", "买牛奶", "奶"],
  ["the middle of a word", "housekeeping", "keep"],
  ["several words with punctuation between them", "feed the cat, then sleep", "cat, then"],
  ["one letter", "q-tip", "Q"],
  ["two letters", "go home", "HO"],
  ["an emoji", "🦊🦊 feed", "🦊"],
  ["three punctuation marks", "what?!?", "?!?"],
  ["a percent sign", "save 50%", "0%"],
  ["an underscore", "snake_case", "e_c"],
  ["a backslash", "C:\\temp", ":\\t"],
  ["a quote", "bob's todo", "b's"],
  ["white space around", "water the plants", "  plants\u3000"],
  ["NUL", "water the plants", "pla\0nts"],
])("a search ignores or takes literally: %s", async (_, task, query) => {
  await add([task, "something else", "50 of them", "snakeXcase", "C:temp"]);
  expect(await find(query)).toEqual([task]);
});

test.each([
  "%",
  "%%%",
  "_",
  "___",
  "\\",
  "\\%",
  "％％％",
  "zzz",
  "'; drop table todos; --",
])("%j matches only itself", async (query) => {
  await add(["water the plants", "buy milk"]);
  expect(await find(query)).toEqual([]);
  expect(await allTodos()).toHaveLength(2);
});

test("a long search uses its first 200 characters, and the page says so", async () => {
  const task = "🦊".repeat(200);
  await add([task]);
  const data = await page(`?q=${encodeURIComponent(`${task}x`)}`);
  expect([data.tasks, data.listView.isQueryCut, data.listView.query]).toEqual([[task], true, task]);
  expect((await page(`?q=${encodeURIComponent(task)}`)).listView.isQueryCut).toBe(false);
  expect((await bob.todosPage(`/?q=${"x".repeat(6_000)}`)).status).toBe(200);
});

test("the todos of a deleted profile are never found, by search, filter, or link", async () => {
  const leaver = await signedIn("leaver");
  await runSql(`update neon_auth.users_sync set deleted_at = now() where id = '${leaver.userId}'`);
  await add(["say goodbye", "go"], leaver);
  for (const search of ["?q=goodbye", "?q=go", "?show=active", "?q=goodbye&show=active"]) {
    expect(await page(search)).toMatchObject({ tasks: [], remaining: 0 });
  }
  const data = await page(`?todo=${await idOf("say goodbye")}`);
  expect([data.tasks, data.isLinkedThere]).toEqual([[], false]);
});

/** More todos than a search reads without the index. */
async function addMany(count: number): Promise<void> {
  await runSql(`insert into todos (owner_id, task, inserted_at)
    select '${bob.userId}', case when n in (1, ${count}) then 'zz' else 'todo ' || n end,
      timestamptz '2026-01-01' + n * interval '1 second'
    from generate_series(1, ${count}) n`);
  onTestFinished(() => runSql("delete from todos"));
}

test("a search that the index cannot help reads the newest todos, says so, and continues from there", async () => {
  await addMany(10_500);
  const newest = await page("?q=zz");
  expect(newest).toMatchObject({
    tasks: ["zz"],
    remaining: 1,
    areMoreRemaining: true,
    isSearchedInPart: true,
  });
  const earlier = await page(`?q=zz&before=${encodeURIComponent(newest.earlier ?? "")}`);
  expect(earlier).toMatchObject({ tasks: ["zz"], isSearchedInPart: false, earlier: null });
  expect(earlier.todos).not.toEqual(newest.todos);
});

test("a search with the index finds the oldest todo, and counts up to a thousand", async () => {
  await addMany(10_500);
  const [oldest] = (await page("?q=todo+2&show=active&before=2026-01-01T00:00:03.000000Z_1")).tasks;
  expect(oldest).toBe("todo 2");
  expect(await page("?q=todo+10499")).toMatchObject({
    tasks: ["todo 10499"],
    remaining: 1,
    areMoreRemaining: false,
  });
  expect(await page("?q=todo+1234")).toMatchObject({
    tasks: ["todo 1234"],
    remaining: 1,
    areMoreRemaining: false,
  });
  expect(await page("?q=todo")).toMatchObject({ remaining: 1_000, areMoreRemaining: true });
  expect((await page("?q=todo+77")).remaining).toBe(111);
});

test("a link to a todo shows the page that holds it, wherever that is", async () => {
  await add(numbered(1, 200));
  for (const [task, isNewestPage] of [
    ["todo 1", false],
    ["todo 100", false],
    ["todo 174", false],
    ["todo 175", true],
    ["todo 200", true],
  ] as const) {
    const data = await page(`?todo=${await idOf(task)}`);
    expect([data.tasks.includes(task), data.isLinkedThere, data.isNewestPage]).toEqual([
      true,
      true,
      isNewestPage,
    ]);
  }
});

test("a link to a todo applies its own filters, and no others", async () => {
  await add(numbered(1, 80));
  await runSql("update todos set is_complete = true where task in ('todo 3', 'todo 4')");
  const id = await idOf("todo 3");
  expect((await page(`?todo=${id}`)).tasks).toContain("todo 5");
  expect((await page(`?todo=${id}&show=completed`)).tasks).toEqual(["todo 3", "todo 4"]);
  expect((await page(`?todo=${id}&q=todo+3`)).tasks).toEqual(["todo 3"]);
  const hidden = await page(`?todo=${id}&show=active`);
  expect([hidden.isLinkedThere, hidden.isNewestPage, hidden.tasks.length]).toEqual([false, true, 50]);
});

test.each([
  "0",
  "01",
  "-1",
  "1.5",
  "abc",
  "9223372036854775808",
  "",
  "0x2",
])("a link to the todo %j, an invalid id, shows the plain list", async (id) => {
  await add(["water the plants"]);
  const data = await page(`?todo=${encodeURIComponent(id)}`);
  expect([data.tasks, data.isLinkedThere, data.listView.todoId]).toEqual([["water the plants"], true, null]);
});

test("a link to a deleted todo shows the newest page, and says so", async () => {
  await add(numbered(1, 60));
  for (const id of ["9223372036854775807", "1"]) {
    const data = await page(`?todo=${id}`);
    expect([data.tasks, data.isLinkedThere]).toEqual([numbered(11, 60), false]);
  }
});

test.each([
  ["/?before=2026-11-21T10:00:00.000000Z_7", "/"],
  ["/?show=completed", "/"],
  ["/?owner=me&show=completed", "/?owner=me"],
  ["/?q=feed", "/"],
  ["/?q=feed&show=active&team=all&from=21", "/?show=active&team=all&from=21"],
  ["/?todo=7", "/"],
  ["/", undefined],
  ["/?show=active&owner=me", undefined],
  ["/?q=WATER", undefined],
  ["/?q=w%C3%A4", undefined],
])("a todo added at %s leads to where it is shown", async (path, place) => {
  const task = "water the plants";
  expect(await bob.change({ intent: "add", task }, path)).toRedirectTo(place ?? path);
  const answer = await bob.change({ intent: "add", task, via: "script" }, path);
  expect(await answer.json()).toEqual({ ok: true, ...(place && { place }) });
  expect((await page((place ?? path).slice(1))).tasks).toEqual([task, task]);
});

test("a tick leads back to the same filters", async () => {
  await add(["water the plants"]);
  const path = "/?show=active&owner=me&q=50%25+off&before=2026-11-21T10%3A00%3A00.000000Z_7";
  const id = await idOf("water the plants");
  expect(await bob.change({ intent: "toggle", id, complete: "true" }, path)).toRedirectTo(path);
});
