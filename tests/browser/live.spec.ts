import type { Page } from "@playwright/test";
import { isDataRequest } from "#app/http/remix-data.ts";
import { startTcpProxy } from "#tests/setup/tcp-proxy.ts";
import {
  addTodo,
  dbSql,
  expect,
  progressOf,
  removeTodos,
  routeFirst,
  test,
  todo,
  whileDatabaseIsClosed,
} from "./people.ts";

test(
  "what one user adds, ticks, and deletes shows on the other's screen without a reload",
  { tag: "@main" },
  async ({ person }) => {
    const bob = await person("Bob");
    const doug = await person("Doug");
    let loads = 0;
    doug.page.on("request", (request) => {
      if (isDataRequest(request.url()) || request.url().endsWith("/")) loads++;
    });

    await addTodo(bob.page, "Buy seeds");
    await expect(todo(doug.page, "Buy seeds")).toContainText(bob.email);
    await expect(progressOf(doug.page, bob.email)).toContainText("0/1");
    await todo(bob.page, "Buy seeds").getByRole("checkbox").click();
    await expect(todo(doug.page, "Buy seeds").getByRole("checkbox")).toBeChecked();
    await expect(progressOf(doug.page, bob.email)).toContainText("1/1");
    await expect(doug.page.getByText("0 todos remaining")).toBeVisible();
    await removeTodos(bob.page, ["Buy seeds"]);
    await expect(todo(doug.page, "Buy seeds")).toHaveCount(0);
    await expect(progressOf(doug.page, bob.email)).toHaveCount(0);
    expect(loads).toBe(0);
  },
);

test(
  "plain SQL, a new name, and a deleted user show on every screen too",
  { tag: "@main" },
  async ({ person }) => {
    const bob = await person("Bob");
    const doug = await person("Doug");
    await dbSql(`insert into todos (owner_id, task)
    select id, 'By hand' from neon_auth.users_sync where email = '${doug.email}'`);
    await expect(todo(bob.page, "By hand")).toContainText(doug.email);
    await dbSql(`update neon_auth.users_sync set raw_json = raw_json || '{"display_name": "Douglas"}'
    where email = '${doug.email}'`);
    await expect(progressOf(bob.page, doug.email)).toContainText("Douglas");

    await dbSql(`update neon_auth.users_sync set deleted_at = now() where email = '${doug.email}'`);
    await expect(todo(bob.page, "By hand")).toHaveCount(0);
    await expect(doug.page.getByText("Your account was deleted")).toBeVisible();
  },
);

test("someone else's change keeps the text being typed, the focus, and the scroll position", async ({
  person,
}) => {
  const bob = await person("Bob");
  const field = bob.page.getByRole("textbox", { name: "New todo" });
  await field.fill("Half a thou");
  await addByHand(bob.email);
  await expect(todo(bob.page, "By hand")).toBeVisible();
  await expect(field).toHaveValue("Half a thou");
  await expect(field).toBeFocused();
  await removeTodos(bob.page, ["By hand"]);
});

test("eight tabs share one stream, and all are live, whatever part of the list they show", async ({
  person,
}) => {
  const bob = await person("Bob");
  const doug = await person("Doug");
  const context = bob.page.context();
  let streams = 0;
  const tabs = [bob.page];
  context.on("request", (request) => {
    if (request.url().includes("/events")) streams++;
  });
  await bob.page.reload();
  for (let tab = 1; tab < 8; tab++) {
    const page = await context.newPage();
    await page.goto(tab % 2 === 0 ? "/" : "/?show=active");
    tabs.push(page);
  }
  await addTodo(doug.page, "For eight tabs");
  for (const tab of tabs) await expect(todo(tab, "For eight tabs")).toBeVisible();
  expect(streams).toBe(1);

  // The tab that had it closes, and another one takes over.
  const opened = context.waitForEvent("request", (request) => request.url().includes("/events"));
  await tabs.shift()?.close();
  await opened;
  await removeTodos(doug.page, ["For eight tabs"]);
  for (const tab of tabs) await expect(todo(tab, "For eight tabs")).toHaveCount(0);
});

test("a new tab learns from the tab that has the stream that live updates are paused", async ({
  person,
  expectConsoleError,
}) => {
  expectConsoleError(/ERR_CONNECTION_RESET/);
  const { page } = await person("Bob");
  const context = page.context();
  await context.route("**/events*", (route) => route.abort("connectionreset"));
  await page.reload();
  await expect(page.getByText("Live updates are paused")).toBeVisible();
  // From now on nothing happens to the stream that the other tab could hear of.
  await context.route("**/events*", () => {});
  const other = await context.newPage();
  await other.goto("/");
  await expect(other.getByText("Live updates are paused")).toBeVisible();
});

test("a page whose stream is refused asks for the list, and then for another stream", async ({
  person,
  expectConsoleError,
}) => {
  expectConsoleError(/status of 503/);
  const { page, email } = await person("Bob");
  await routeFirst(page, "**/events*", (route) => route.fulfill({ status: 503 }));
  const asked: string[] = [];
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (pathname === "/events") asked.push("stream");
    if (isDataRequest(request.url())) asked.push("list");
  });
  await page.reload();
  await expect.poll(() => asked).toEqual(["stream", "list", "stream"]);
  await addByHand(email);
  await expect(todo(page, "By hand")).toBeVisible();
});

test("while the database refuses connections a page keeps its list, says so, and catches up by itself", async ({
  person,
}) => {
  const bob = await person("Bob");
  await addTodo(bob.page, "Keep me");
  const field = bob.page.getByRole("textbox", { name: "New todo" });
  await field.fill("Half a thou");
  await whileDatabaseIsClosed(async () => {
    await expect(bob.page.getByText("Live updates are paused")).toBeVisible();
    await expect(todo(bob.page, "Keep me")).toBeVisible();
    await expect(field).toHaveValue("Half a thou");
  });
  await addByHand(bob.email);
  await expect(todo(bob.page, "By hand")).toBeVisible();
  await expect(bob.page.getByText("Live updates are paused")).toHaveCount(0);
  await expect(field).toHaveValue("Half a thou");
  await expect(field).toBeFocused();
  await removeTodos(bob.page, ["Keep me", "By hand"]);
});

test("tabs notice that their connection has gone silent, say so, and catch up over another one", async ({
  person,
  instance,
  expectConsoleError,
}) => {
  expectConsoleError(/ERR_|status of/);
  const { page, email } = await person("Bob");
  const other = await page.context().newPage();
  const proxy = await startTcpProxy(Number(new URL(instance.appUrl).port));
  const proxied = new URL(instance.appUrl);
  proxied.port = String(proxy.port);
  const tabs = [page, other];
  for (const tab of tabs) {
    await tab.clock.install();
    await tab.goto(proxied.href);
  }
  await addByHand(email);
  for (const tab of tabs) await expect(todo(tab, "By hand")).toBeVisible();

  proxy.blackHole();
  await dbSql(`update todos set task = 'Changed by hand' where task = 'By hand'`);
  await afterAWhile(tabs, () =>
    expect(page.getByText("Live updates are paused")).toBeVisible({ timeout: 100 }),
  );
  await expect(other.getByText("Live updates are paused")).toBeVisible();
  await proxy.heal();
  for (const tab of tabs) {
    await afterAWhile(tabs, () => expect(todo(tab, "Changed by hand")).toBeVisible({ timeout: 100 }));
    await expect(tab.getByText("Live updates are paused")).toHaveCount(0);
  }
  for (const tab of tabs) await tab.goto("about:blank");
  proxy.close();
});

test("a tab that slept replaces its stream, and has no other", async ({ person }) => {
  const { page, email } = await person("Bob");
  await page.addInitScript(() => {
    const sources: EventSource[] = [];
    window.EventSource = class extends EventSource {
      constructor(url: string | URL) {
        super(url);
        sources.push(this);
      }
    };
    Object.assign(window, { sources });
  });
  await page.clock.install();
  await page.reload();
  const streams = () =>
    page.evaluate(() => {
      const { sources } = window as unknown as { sources: EventSource[] };
      const open = sources.filter(({ readyState }) => readyState !== EventSource.CLOSED);
      return { open: open.length, all: sources.length };
    });
  for (const times of [1, 2, 3]) {
    await expect.poll(streams).toEqual({ open: 1, all: times });
    await page.clock.fastForward(60_000);
  }
  await addByHand(email);
  await expect(todo(page, "By hand")).toBeVisible();
});

test("a tab whose neighbor has the stream and is frozen opens a stream of its own", async ({ person }) => {
  const { page, email } = await person("Bob");
  const other = await page.context().newPage();
  await other.clock.install();
  await other.goto("/");
  await addByHand(email);
  for (const tab of [page, other]) await expect(todo(tab, "By hand")).toBeVisible();

  const frozen = await page.context().newCDPSession(page);
  await frozen.send("Page.setWebLifecycleState", { state: "frozen" });
  await dbSql(`update todos set task = 'Changed by hand' where task = 'By hand'`);
  await afterAWhile([other], () => expect(todo(other, "Changed by hand")).toBeVisible({ timeout: 100 }));
  await frozen.send("Page.setWebLifecycleState", { state: "active" });
  await expect(todo(page, "Changed by hand")).toBeVisible();
});

test("a hidden tab holds no stream, and catches up when it is shown", async ({ person }) => {
  const bob = await person("Bob");
  const doug = await person("Doug");
  const closed = bob.page.waitForEvent("requestfailed", (request) => request.url().includes("/events"));
  await setVisibility(bob.page, "hidden");
  await closed;
  await addTodo(doug.page, "While the tab is hidden");
  await expect(todo(bob.page, "While the tab is hidden")).toHaveCount(0);
  await setVisibility(bob.page, "visible");
  await expect(todo(bob.page, "While the tab is hidden")).toBeVisible();
  await removeTodos(doug.page, ["While the tab is hidden"]);
  await expect(todo(bob.page, "While the tab is hidden")).toHaveCount(0);
});

test("a tab that was hidden while the database went back to an earlier state shows that state", async ({
  person,
}) => {
  const bob = await person("Bob");
  const other = await bob.page.context().newPage();
  await other.goto("/");
  await addTodo(bob.page, "To be forgotten");
  await expect(todo(other, "To be forgotten")).toBeVisible();
  await setVisibility(other, "hidden");
  // As after a restore: fewer changes than before, and connections that end.
  await dbSql("update folded_version set version = version - 1000000000");
  await dbSql(`delete from todos where task = 'To be forgotten'`);
  await dbSql(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'todos-live'`);
  await expect(todo(bob.page, "To be forgotten")).toHaveCount(0);
  await setVisibility(other, "visible");
  await expect(todo(other, "To be forgotten")).toHaveCount(0);
});

/** Lets time pass for the tabs until something holds. */
async function afterAWhile(tabs: Page[], expectation: () => Promise<void>): Promise<void> {
  await expect(async () => {
    for (const tab of tabs) await tab.clock.fastForward(2_500);
    await expectation();
  }).toPass();
}

async function addByHand(email: string): Promise<void> {
  await dbSql(`insert into todos (owner_id, task)
    select id, 'By hand' from neon_auth.users_sync where email = '${email}'`);
}

/** Makes a page believe that the user switched to its tab, or away from it. */
async function setVisibility(page: Page, state: "visible" | "hidden"): Promise<void> {
  await page.evaluate((visibilityState) => {
    Object.defineProperty(document, "visibilityState", { value: visibilityState, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, state);
}
