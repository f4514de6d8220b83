import type { BrowserContext, Page, Request, Route } from "@playwright/test";
import { test } from "./accessible.ts";
import {
  addTodo,
  dbSql,
  expect,
  type Person,
  removeTodos,
  routeFirst,
  todo,
  whileDatabaseIsClosed,
} from "./people.ts";

const posts = "**/?index*";
const field = (page: Page) => page.getByRole("textbox", { name: "New todo" });
const checkbox = (page: Page, task: string) => todo(page, task).getByRole("checkbox");
const waiting = (page: Page) => page.getByRole("list", { name: "Todos", exact: true }).getByText("unsent");

test(
  "offline adds and ticks show at once, and are sent once and in order on reconnecting, even if the clock was set back",
  { tag: "@main" },
  async ({ person, expectConsoleError }) => {
    expectConsoleError(/ERR_INTERNET_DISCONNECTED/);
    const bob = await person("Bob");
    const doug = await person("Doug");
    await addTodo(bob.page, "Water the plants");
    await addTodo(bob.page, "Feed the cat");
    const sent = sentBy(bob.page.context());
    await bob.page.context().setOffline(true);
    await expect(bob.page.getByRole("status").filter({ hasText: "You're offline." })).toBeVisible();
    const remaining = Number.parseInt((await bob.page.getByText("todos remaining").textContent()) ?? "", 10);
    const tasks = ["Buy seeds", "Dig the garden", "Sow the seeds"];
    for (const task of tasks) {
      await field(bob.page).fill(task);
      await field(bob.page).press("Enter");
      await expect(todo(bob.page, task)).toContainText("unsent");
      await expect(field(bob.page)).toHaveValue("");
      await expect(field(bob.page)).toBeFocused();
      await setClockBack(bob.page);
    }
    await checkbox(bob.page, "Water the plants").click();
    await checkbox(bob.page, "Feed the cat").click();
    await checkbox(bob.page, "Feed the cat").click();
    await expect(checkbox(bob.page, "Water the plants")).toBeChecked();
    await expect(checkbox(bob.page, "Feed the cat")).not.toBeChecked();
    await expect(todo(bob.page, "Water the plants")).toContainText("unsent");
    await expect(bob.page.getByText(`${remaining + 2} todos remaining`)).toBeVisible();
    expect(sent).toEqual([]);

    await bob.page.context().setOffline(false);
    for (const task of tasks) await expect(todo(doug.page, task)).toHaveCount(1);
    await expect(checkbox(doug.page, "Water the plants")).toBeChecked();
    await expect(checkbox(doug.page, "Feed the cat")).not.toBeChecked();
    await expect(waiting(bob.page)).toHaveCount(0);
    await expect(bob.page.getByText("You're offline.")).toHaveCount(0);
    await expect(checkbox(bob.page, "Feed the cat")).toBeFocused();
    expect(await tasksOf(bob)).toEqual(["Water the plants", "Feed the cat", ...tasks]);
    // Of two ticks of one todo, only the last.
    expect(sent.map(({ intent, task }) => task ?? intent)).toEqual([...tasks, "toggle", "toggle"]);
    for (const task of tasks) await expect(todo(bob.page, task)).toHaveCount(1);
  },
);

test("a todo whose answer is lost is sent again, and is never in the list twice", async ({
  person,
  expectConsoleError,
}) => {
  expectConsoleError(/ERR_CONNECTION_RESET/);
  const bob = await person("Bob");
  const doug = await person("Doug");
  const sent = sentBy(bob.page.context());
  const counts = await countsOf(bob.page, "Water the plants");
  await loseAnswer(bob.page);
  await field(bob.page).fill("Water the plants");
  await field(bob.page).press("Enter");
  await expect(todo(doug.page, "Water the plants")).toHaveCount(1);
  await expect(bob.page.getByRole("status").filter({ hasText: "Can't reach the server." })).toBeVisible();
  await expect(bob.page.getByText("Can't reach the server.")).toHaveCount(0);
  await expect(todo(bob.page, "Water the plants")).toHaveCount(1);
  expect(sent).toHaveLength(2);
  expect(sent[0]?.key).toBe(sent[1]?.key);
  expect(await counts()).toEqual([1]);
  expect(await tasksOf(bob)).toEqual(["Water the plants"]);
});

test("a tick whose answer is lost stays on the screen, and is sent again, even if the stream is late", async ({
  person,
  expectConsoleError,
}) => {
  expectConsoleError(/ERR_CONNECTION_RESET/);
  const bob = await person("Bob");
  await bob.page.addInitScript(() => {
    const { addEventListener } = EventSource.prototype;
    EventSource.prototype.addEventListener = function (...args: unknown[]) {
      if (args[0] !== "change") addEventListener.apply(this, args as never);
    };
  });
  await bob.page.reload();
  await addTodo(bob.page, "Water the plants");
  const states = await statesOf(bob.page, "Water the plants");
  const sent = sentBy(bob.page.context());
  await loseAnswer(bob.page);
  await checkbox(bob.page, "Water the plants").click();
  await expect.poll(() => sent.length).toBe(2);
  await expect.poll(() => storedIn(bob.page)).toEqual([]);
  await expect(checkbox(bob.page, "Water the plants")).toBeChecked();
  expect(await states()).toEqual(["true"]);
  expect(await stateOf(bob, "Water the plants")).toBe(true);
});

test("on a slow network two quick ticks are sent in order and end in the last state", async ({ person }) => {
  const bob = await person("Bob");
  await addTodo(bob.page, "Water the plants");
  const states = await statesOf(bob.page, "Water the plants");
  await slowDown(bob.page);
  const overlaps = overlapsOf(bob.page);
  const first = bob.page.waitForRequest(posts);
  await checkbox(bob.page, "Water the plants").click();
  await first;
  const second = bob.page.waitForResponse(
    (response) => response.request().postData()?.includes("complete=false") ?? false,
  );
  await checkbox(bob.page, "Water the plants").click();
  await expect(checkbox(bob.page, "Water the plants")).not.toBeChecked();
  await second;
  await expect.poll(() => stateOf(bob, "Water the plants")).toBe(false);
  await expect(checkbox(bob.page, "Water the plants")).not.toBeChecked();
  expect(await states()).toEqual(["true", "false"]);
  expect(overlaps()).toBe(0);
});

test("on a slow network adds show at once, in order, and nothing on the page jumps", async ({ person }) => {
  const bob = await person("Bob");
  await bob.page.setViewportSize({ width: 390, height: 800 });
  await addTodo(bob.page, "Water the plants");
  await bob.page.goto("/?owner=me");
  // The script adds it.
  await expect(bob.page.getByRole("button", { name: "Keyboard shortcuts" })).toBeVisible();
  const shift = await layoutShiftOf(bob.page);
  const counts = await countsOf(bob.page, "Feed the cat");
  const place = await topOf(bob.page, "Water the plants");
  await slowDown(bob.page);
  const letGo = await holdChanges(bob.page);
  for (const task of ["Feed the cat", "Buy seeds"]) {
    await field(bob.page).fill(task);
    await field(bob.page).press("Enter");
    await expect(checkbox(bob.page, task)).toBeDisabled();
  }
  // While it is sent it looks as it will in the list.
  await expect(waiting(bob.page)).toHaveCount(0);
  const onItsWay = await placeOf(bob.page, "Feed the cat");
  letGo();
  await expect(checkbox(bob.page, "Buy seeds")).toBeEnabled();
  await expect(field(bob.page)).toBeFocused();
  expect(await placeOf(bob.page, "Feed the cat")).toEqual(onItsWay);
  expect(await topOf(bob.page, "Water the plants")).toBe(place);
  expect(await counts()).toEqual([1]);
  expect(await shift()).toBeLessThanOrEqual(0.01);
  expect(await tasksOf(bob)).toEqual(["Water the plants", "Feed the cat", "Buy seeds"]);
});

test("going offline and coming back moves nothing, and the field keeps the focus", async ({
  person,
  expectConsoleError,
}) => {
  expectConsoleError(/ERR_INTERNET_DISCONNECTED/);
  const { page } = await person("Bob");
  await page.setViewportSize({ width: 390, height: 800 });
  await addTodo(page, "Water the plants");
  const shift = await layoutShiftOf(page);
  const place = await placeOf(page, "Water the plants");
  await field(page).fill("Half a thou");
  await page.context().setOffline(true);
  await expect(page.getByText("You're offline.")).toBeVisible();
  expect(await placeOf(page, "Water the plants")).toEqual(place);
  await page.context().setOffline(false);
  await expect(page.getByText("You're offline.")).toHaveCount(0);
  expect(await placeOf(page, "Water the plants")).toEqual(place);
  await expect(field(page)).toHaveValue("Half a thou");
  await expect(field(page)).toBeFocused();
  expect(await shift()).toBeLessThanOrEqual(0.01);
});

test(
  "waiting changes outlive a reload, and foreign items in the storage are ignored",
  { tag: "@main" },
  async ({ person, expectConsoleError }) => {
    expectConsoleError(/ERR_FAILED/);
    const bob = await person("Bob");
    await addTodo(bob.page, "Water the plants");
    await bob.page.route(posts, (route) => route.abort());
    for (const task of ["Feed the cat", "Buy seeds"]) {
      await field(bob.page).fill(task);
      await field(bob.page).press("Enter");
      await expect(todo(bob.page, task)).toContainText("unsent");
    }
    await checkbox(bob.page, "Water the plants").click();
    await bob.page.evaluate(() => {
      const key = crypto.randomUUID();
      localStorage.setItem("todos-waiting/damaged", "{");
      localStorage.setItem(`todos-waiting/${key}`, JSON.stringify({ intent: "delete", id: "1" }));
    });

    await bob.page.reload();
    await expect(todo(bob.page, "Feed the cat")).toContainText("unsent");
    await expect(todo(bob.page, "Buy seeds")).toBeVisible();
    await expect(checkbox(bob.page, "Water the plants")).toBeChecked();
    await bob.page.unroute(posts);
    await expect(waiting(bob.page)).toHaveCount(0);
    await expect(checkbox(bob.page, "Buy seeds")).toBeEnabled();
    await bob.page.reload();
    await expect(checkbox(bob.page, "Water the plants")).toBeChecked();
    expect(await tasksOf(bob)).toEqual(["Water the plants", "Feed the cat", "Buy seeds"]);
    await expect.poll(() => storedIn(bob.page)).toEqual([]);
  },
);

test("two tabs show the same waiting todo, and one of them sends it", async ({
  person,
  expectConsoleError,
}) => {
  expectConsoleError(/ERR_INTERNET_DISCONNECTED/);
  const bob = await person("Bob");
  const other = await bob.page.context().newPage();
  await other.goto("/");
  const sent = sentBy(bob.page.context());
  await bob.page.context().setOffline(true);
  await field(bob.page).fill("Water the plants");
  await field(bob.page).press("Enter");
  await expect(todo(other, "Water the plants")).toContainText("unsent");
  await bob.page.context().setOffline(false);
  for (const page of [bob.page, other]) {
    await expect(checkbox(page, "Water the plants")).toBeEnabled();
    await expect(todo(page, "Water the plants")).toHaveCount(1);
  }
  expect(sent).toHaveLength(1);
  expect(await tasksOf(bob)).toEqual(["Water the plants"]);
});

test("a change that the server refuses on reconnecting is named", async ({ person, expectConsoleError }) => {
  expectConsoleError(/ERR_INTERNET_DISCONNECTED|status of 404/);
  const bob = await person("Bob");
  const doug = await person("Doug");
  await addTodo(bob.page, "Water the plants");
  await expect(todo(doug.page, "Water the plants")).toBeVisible();
  await doug.page.context().setOffline(true);
  await checkbox(doug.page, "Water the plants").click();
  await expect(todo(doug.page, "Water the plants")).toContainText("unsent");
  await removeTodos(bob.page, ["Water the plants"]);
  await doug.page.context().setOffline(false);
  await expect(doug.page.getByRole("alert")).toHaveText(
    "“Water the plants” was not changed. This todo no longer exists.",
  );
  await expect(todo(doug.page, "Water the plants")).toHaveCount(0);
  await expect.poll(() => storedIn(doug.page)).toEqual([]);
});

test("changes made while the database is down wait, and are sent by themselves", async ({
  person,
  expectConsoleError,
}) => {
  expectConsoleError(/status of 503/);
  const bob = await person("Bob");
  await whileDatabaseIsClosed(async () => {
    for (const task of ["Water the plants", "Feed the cat"]) {
      await field(bob.page).fill(task);
      await field(bob.page).press("Enter");
    }
    await expect(bob.page.getByRole("status").filter({ hasText: "The server is busy." })).toBeVisible();
    await expect(waiting(bob.page)).toHaveCount(2);
  });
  await expect(waiting(bob.page)).toHaveCount(0);
  await expect(checkbox(bob.page, "Feed the cat")).toBeEnabled();
  expect(await tasksOf(bob)).toEqual(["Water the plants", "Feed the cat"]);
});

test("a todo whose new state the browser cannot store is kept once, and not sent again after a refusal", async ({
  person,
  expectConsoleError,
}) => {
  expectConsoleError(/status of 503/);
  const bob = await person("Bob");
  await bob.page.evaluate(() => {
    const { setItem } = Storage.prototype;
    let writes = 0;
    Storage.prototype.setItem = function (name, value) {
      if (name.startsWith("todos-waiting/") && ++writes > 1) throw new DOMException("", "QuotaExceededError");
      setItem.call(this, name, value);
    };
  });
  const sent = sentBy(bob.page.context());
  await whileDatabaseIsClosed(async () => {
    await field(bob.page).fill("Water the plants");
    await field(bob.page).press("Enter");
    await expect(bob.page.getByRole("button", { name: "Try again" })).toBeVisible();
    await expect(field(bob.page)).toHaveValue("Water the plants");
    await expect.poll(() => storedIn(bob.page)).toEqual([]);
  });
  await bob.page.getByRole("button", { name: "Try again" }).click();
  await expect(checkbox(bob.page, "Water the plants")).toBeEnabled();
  expect(sent).toHaveLength(2);
  expect(sent[0]?.key).toBe(sent[1]?.key);
  expect(await tasksOf(bob)).toEqual(["Water the plants"]);
});

test("a user who signs out while changes wait is asked, and leaves nothing behind", async ({
  person,
  expectConsoleError,
}) => {
  expectConsoleError(/ERR_FAILED/);
  const bob = await person("Bob");
  await bob.page.route(posts, (route) => route.abort());
  await field(bob.page).fill("Water the plants");
  await field(bob.page).press("Enter");
  await expect(waiting(bob.page)).toHaveCount(1);
  const questions: string[] = [];
  bob.page.on("dialog", (dialog) => {
    questions.push(dialog.message());
    return questions.length === 1 ? dialog.dismiss() : dialog.accept();
  });
  await bob.page.getByRole("button", { name: "Sign out" }).click();
  await expect(waiting(bob.page)).toHaveCount(1);
  await bob.page.getByRole("button", { name: "Sign out" }).click();
  await expect(bob.page.getByRole("link", { name: "Sign in" })).toBeVisible();
  expect(questions).toEqual(Array(2).fill("You have 1 unsent change. Sign out and lose it?"));
  await expect.poll(() => storedIn(bob.page)).toEqual([]);
});

test("what a signed-out user added is sent once they sign in again", async ({ person }) => {
  const bob = await person("Bob");
  await bob.page.context().clearCookies();
  await field(bob.page).fill("Water the plants");
  await field(bob.page).press("Enter");
  await signIn(bob.page, bob.email);
  await expect(checkbox(bob.page, "Water the plants")).toBeEnabled();
  expect(await tasksOf(bob)).toEqual(["Water the plants"]);
});

test("an edit by a signed-out user is in its field again once they sign in again", async ({ person }) => {
  const { page, email } = await person("Bob");
  await addTodo(page, "Feed the cat");
  await addTodo(page, "Water the plants");
  await page.getByRole("button", { name: "Edit Water the plants" }).click();
  const edit = page.getByRole("textbox", { name: "Edit todo" });
  await edit.fill("Water the cacti");
  await page.context().clearCookies();
  await edit.press("Enter");
  await signIn(page, email);
  await expect(edit).toHaveValue("Water the cacti");
  await expect(edit).toHaveAccessibleDescription("This edit isn't saved yet.");
  await edit.press("Enter");
  await expect(todo(page, "Water the cacti")).toBeVisible();
  await expect.poll(() => tasksOf({ page, email })).toEqual(["Feed the cat", "Water the cacti"]);
  await page.reload();
  await expect(todo(page, "Water the cacti")).toBeVisible();
  await expect(edit).toHaveCount(0);
});

test("one user's waiting changes are never sent for another, who does not see their unsaved edit either", async ({
  person,
  expectConsoleError,
}) => {
  expectConsoleError(/ERR_FAILED/);
  const bob = await person("Bob");
  const doug = await person("Doug");
  await addTodo(bob.page, "Buy seeds");
  await bob.page.getByRole("button", { name: "Edit Buy seeds" }).click();
  await bob.page.getByRole("textbox", { name: "Edit todo" }).fill("Half a thou");
  await bob.page.context().clearCookies();
  // Leaving the field saves: that would lead to the sign-in first.
  await routeFirst(bob.page, posts, (route) => route.abort());
  await field(bob.page).fill("Water the plants");
  await field(bob.page).press("Enter");
  await expect(bob.page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  expect(await storedIn(bob.page)).toHaveLength(1);
  const sent = sentBy(bob.page.context());
  await signIn(bob.page, doug.email);
  await expect.poll(() => storedIn(bob.page)).toEqual([]);
  await expect(bob.page.getByRole("textbox", { name: "Edit todo" })).toHaveCount(0);
  await addTodo(bob.page, "Feed the cat");
  expect(sent.map(({ task }) => task)).toEqual(["Feed the cat"]);
  expect(await tasksOf(doug)).toEqual(["Feed the cat"]);
  expect(await tasksOf(bob)).toEqual(["Buy seeds"]);
});

test("a todo that was added offline leads nowhere when it is sent, and is not counted among completed ones", async ({
  person,
  expectConsoleError,
}) => {
  expectConsoleError(/ERR_INTERNET_DISCONNECTED/);
  const { page } = await person("Bob");
  await page.getByRole("link", { name: "Completed", exact: true }).click();
  await expect(page).toHaveURL("/?show=completed");
  await page.context().setOffline(true);
  await expect(page.getByText("You're offline.")).toBeVisible();
  await field(page).fill("Water the plants");
  await field(page).press("Enter");
  await expect(todo(page, "Water the plants")).toContainText("unsent");
  await expect(page.getByText("0 todos remaining")).toBeVisible();
  await page.context().setOffline(false);
  await expect(page.getByRole("status").filter({ hasText: "Added “Water the plants”" })).toHaveCount(1);
  // From where a step that was on its way would have led.
  await page.getByRole("link", { name: "Mine", exact: true }).click();
  await expect(page).toHaveURL("/?show=completed&owner=me");
});

test("no more than 100 changes wait: the next todo stays in its field, and the next tick is undone", async ({
  person,
  expectConsoleError,
}) => {
  expectConsoleError(/ERR_INTERNET_DISCONNECTED/);
  const bob = await person("Bob");
  await addTodo(bob.page, "Feed the cat");
  await bob.page.context().setOffline(true);
  await field(bob.page).fill("Water the plants");
  await field(bob.page).press("Enter");
  await expect(todo(bob.page, "Water the plants")).toContainText("unsent");
  await bob.page.evaluate(() => {
    const name = Object.keys(localStorage).find((name) => name.startsWith("todos-waiting/")) ?? "";
    const first = localStorage.getItem(name) ?? "";
    for (let copies = 1; copies < 100; copies++)
      localStorage.setItem(`todos-waiting/${crypto.randomUUID()}`, first);
    window.dispatchEvent(new Event("storage"));
  });
  await expect(waiting(bob.page)).toHaveCount(100);
  await field(bob.page).fill("One too many");
  await field(bob.page).press("Enter");
  await expect(field(bob.page)).toHaveAccessibleDescription(/^Too many unsent changes\./);
  await expect(field(bob.page)).toHaveValue("One too many");
  await checkbox(bob.page, "Feed the cat").click();
  await expect(bob.page.getByText("“Feed the cat” was not changed. Too many unsent changes.")).toBeVisible();
  await expect(checkbox(bob.page, "Feed the cat")).not.toBeChecked();
  expect(await storedIn(bob.page)).toHaveLength(100);
});

test("axe finds nothing while changes wait", async ({ person, expectAccessible, expectConsoleError }) => {
  expectConsoleError(/ERR_INTERNET_DISCONNECTED/);
  const { page } = await person("Bob");
  await addTodo(page, "Water the plants");
  await page.context().setOffline(true);
  await field(page).fill("Feed the cat");
  await field(page).press("Enter");
  await checkbox(page, "Water the plants").click();
  await expect(waiting(page)).toHaveCount(2);
  await expectAccessible(page, "Todos", "offline");
});

/** Records the forms that a browser's pages send, by field. */
function sentBy(context: BrowserContext): Record<string, string>[] {
  const sent: Record<string, string>[] = [];
  context.on("request", (request) => {
    if (isChange(request)) sent.push(Object.fromEntries(new URLSearchParams(request.postData() ?? "")));
  });
  return sent;
}

/** Counts the changes that are sent while another one is under way. */
function overlapsOf(page: Page): () => number {
  let onTheirWay = 0;
  let overlaps = 0;
  page.on("request", (request) => {
    if (!isChange(request)) return;
    if (onTheirWay > 0) overlaps++;
    onTheirWay++;
  });
  const end = (request: Request) => {
    if (isChange(request)) onTheirWay--;
  };
  page.on("requestfinished", end);
  page.on("requestfailed", end);
  return () => overlaps;
}

function isChange(request: Request): boolean {
  return request.method() === "POST" && request.url().includes("?index");
}

async function setClockBack(page: Page): Promise<void> {
  await page.evaluate(() => {
    const earlier = Date.now() - 60_000;
    Date.now = () => earlier;
  });
}

/** The server gets the next change, and the page does not get the answer. */
async function loseAnswer(page: Page): Promise<void> {
  await routeFirst(page, posts, async (route: Route) => {
    await route.fetch();
    await route.abort("connectionreset");
  });
}

/** Holds changes back until they are released. */
async function holdChanges(page: Page): Promise<() => void> {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route(posts, async (route) => {
    await held;
    await route.continue();
  });
  return letGo;
}

/** Makes each request take a while. */
async function slowDown(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 400,
    downloadThroughput: 50_000,
    uploadThroughput: 50_000,
  });
}

/** Records what a todo's checkbox shows. */
async function statesOf(page: Page, task: string): Promise<() => Promise<(string | null)[]>> {
  const states = await checkbox(page, task).evaluateHandle((element) => {
    const seen: (string | null)[] = [];
    new MutationObserver(() => seen.push(element.getAttribute("aria-checked"))).observe(element, {
      attributeFilter: ["aria-checked"],
    });
    return seen;
  });
  return () => states.jsonValue();
}

/** Records how often a task is in the list, whenever that changes. */
async function countsOf(page: Page, task: string): Promise<() => Promise<number[]>> {
  const counts = await page.evaluateHandle((task) => {
    const seen: number[] = [];
    new MutationObserver(() => {
      const count = document.querySelectorAll(`[role=checkbox][aria-label="${task}"]`).length;
      if (count !== (seen.at(-1) ?? 0)) seen.push(count);
    }).observe(document.body, { childList: true, subtree: true });
    return seen;
  }, task);
  return () => counts.jsonValue();
}

/** Adds up how much the page moves by itself (https://web.dev/articles/cls). */
async function layoutShiftOf(page: Page): Promise<() => Promise<number>> {
  const shifts = await page.evaluateHandle(() => {
    const seen: number[] = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if ("value" in entry && "hadRecentInput" in entry && !entry.hadRecentInput)
          seen.push(Number(entry.value));
      }
    }).observe({ type: "layout-shift" });
    return seen;
  });
  return async () => (await shifts.jsonValue()).reduce((sum, value) => sum + value, 0);
}

/** The last line has no border below it, so its height may change while its place does not. */
async function topOf(page: Page, task: string): Promise<number | undefined> {
  return (await placeOf(page, task))?.y;
}

async function placeOf(page: Page, task: string) {
  return todo(page, task).boundingBox();
}

/** A person's todos as Postgres has them, in the order of the list. */
async function tasksOf({ email }: Person): Promise<unknown[]> {
  const rows = await dbSql(`select t.task from todos t join neon_auth.users_sync u on u.id = t.owner_id
    where u.email = '${email}' order by t.inserted_at, t.id`);
  return rows.map(({ task }) => task);
}

async function stateOf({ email }: Person, task: string): Promise<unknown> {
  const [row] =
    await dbSql(`select t.is_complete from todos t join neon_auth.users_sync u on u.id = t.owner_id
    where u.email = '${email}' and t.task = '${task}'`);
  return row?.is_complete;
}

/** What waits in a browser's storage. */
function storedIn(page: Page): Promise<string[]> {
  return page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith("todos-waiting/")));
}

async function signIn(page: Page, email: string): Promise<void> {
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill("correct horse");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Todos" })).toBeVisible();
}
