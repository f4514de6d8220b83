import { randomUUID } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { startSession } from "#app/auth/session/session.server.ts";
import { withoutFormulas } from "#app/http/csv.server.ts";
import { loader as signInLoader } from "#app/routes/auth/password/sign-in.tsx";
import { loader as csvLoader } from "#app/routes/stats/csv.ts";
import { toDailyChart } from "#app/routes/stats/daily-chart.server.ts";
import { loader } from "#app/routes/stats/route.tsx";
import type { Stats } from "#app/routes/stats/stats.server.ts";
import { dayIn } from "#app/routes/todos/details/day.ts";
import { Browser, runSql, signedIn } from "#tests/loaders/browser.ts";
import { stackRequests, standIn } from "#tests/setup/stack.ts";
import { download, roundTrips, silenceLog, whileCutOff } from "./downloads.ts";

type Person = Browser & { userId: string };

let admin: Person;

beforeEach(async () => {
  await runSql("delete from todos");
  await runSql("delete from neon_auth.users_sync");
  admin = await signedIn("admin");
  await setRole(admin, "admin");
});

function setRole({ userId }: Person, role: string): Promise<void> {
  return runSql(`update neon_auth.users_sync
    set raw_json = jsonb_set(raw_json, '{server_metadata}', '{"role": "${role}", "salary": 1}') where id = '${userId}'`);
}

/** Adds profiles, `member 0001` and so on. The first has one todo, the second two, half of them completed. */
async function addMembers(count: number, todos = 0): Promise<void> {
  await runSql(`insert into neon_auth.users_sync (raw_json)
    select jsonb_build_object('id', 'member ' || to_char(n, 'FM0000'), 'display_name', 'Member ' || n,
      'primary_email', to_char(n, 'FM0000') || '@example.com', 'signed_up_at_millis', 0)
    from generate_series(1, ${count}) n`);
  await runSql(`insert into todos (owner_id, task, inserted_at, is_complete, completed_at)
    select 'member ' || to_char(n, 'FM0000'), 'x', now() - n * interval '1 day', k % 2 = 0,
      case when k % 2 = 0 then now() - n * interval '1 day' end
    from generate_series(1, ${todos}) n, generate_series(1, n) k`);
}

async function stats(path = "/stats"): Promise<Stats> {
  const answer = await admin.load(loader, path);
  expect(answer.status).toBe(200);
  return (await answer.json()).stats;
}

/** The emails of a page, without their domains. */
const emails = ({ users }: Stats) => users.users.map(({ email }) => email?.split("@")[0]);

/** The path of a link, as the server receives it. */
const requested = (path: string | null) => path?.split("#")[0] ?? "";

const pages = [
  ["/stats", loader],
  ["/stats.csv", csvLoader],
] as const;

test.each(pages)("%s redirects a signed-out user to sign in, and back", async (path, load) => {
  expect(await new Browser().load(load, path)).toRedirectTo(`/sign-in?redirectTo=${path}`);
});

test.each(
  pages,
)("%s refuses users who are not admins, whatever their own metadata say", async (path, load) => {
  const bob = await signedIn("bob");
  for (const column of ["client_metadata", "client_read_only_metadata"]) {
    await runSql(`update neon_auth.users_sync
      set raw_json = jsonb_set(raw_json, '{${column}}', '{"role": "admin"}') where id = '${bob.userId}'`);
  }
  const answer = await bob.load(load, path);
  expect(answer.status).toBe(403);
  expect(await answer.text()).not.toContain("admin@example.com");
});

test.each(
  pages,
)("%s opens to an admin as soon as the sync brings the role, and closes when it is revoked", async (path, load) => {
  const bob = await signedIn("bob");
  const status = async () => (await bob.load(load, path)).status;
  const seen = [await status()];
  for (const role of ["admin", "member", "admin"]) {
    await setRole(bob, role);
    seen.push(await status());
  }
  expect(seen).toEqual([403, 200, 403, 200]);
});

test.each(pages)("%s refuses a user whose profile has not arrived yet", async (path, load) => {
  const early = new Browser();
  const accessToken = await standIn.signAccessToken({ sub: randomUUID(), email: "early@example.com" });
  early.keep(await startSession({ accessToken, refreshToken: "none" }));
  expect((await early.load(load, path)).status).toBe(403);
});

const deletions = [
  ["marked", "update neon_auth.users_sync set deleted_at = now()"],
  ["gone", "delete from neon_auth.users_sync"],
] as const;
test.each(
  pages.flatMap((page) => deletions.map((deletion) => [page[0], deletion[0], page[1], deletion[1]] as const)),
)("%s signs out an admin whose profile is deleted (%s), and the sign-in page says so", async (path, _, load, deletion) => {
  await runSql(`${deletion} where id = '${admin.userId}'`);
  expect(await admin.load(load, path)).toRedirectTo("/sign-in");
  // Coming back does not remove the message.
  expect(await admin.load(load, path)).toRedirectTo(`/sign-in?redirectTo=${path}`);
  expect(await (await admin.load(signInLoader, "/sign-in")).json()).toMatchObject({ wasDeleted: true });
});

test.each(
  pages,
)("%s is one round trip to the database, none to Stack, and not cached", async (path, load) => {
  stackRequests.length = 0;
  const made = roundTrips();
  const answer = await admin.load(load, path);
  await answer.text();
  expect([made(), stackRequests, answer.headers.get("Cache-Control")]).toEqual([1, [], "no-store"]);
  expect(answer.headers.getSetCookie()).toEqual([]);
});

test.each(pages)("%s says when the database is unreachable, and when to try again", async (path, load) => {
  silenceLog();
  const answer = await whileCutOff(() => admin.load(load, path));
  expect([answer.status, answer.headers.get("Retry-After")]).toEqual([503, "5"]);
  expect(await answer.text()).toContain("cannot be reached right now");
});

test("without todos nothing is completed, and the share is 0%", async () => {
  expect((await stats()).totals).toEqual({ users: 1, todos: 0, complete: 0, share: "0%" });
});

test("the totals count users who are not deleted, and their todos", async () => {
  await addMembers(3, 3);
  await runSql("update neon_auth.users_sync set deleted_at = now() where id = 'member 0002'");
  expect((await stats()).totals).toEqual({ users: 3, todos: 4, complete: 1, share: "25%" });
});

test("the days are the last thirty, in UTC, with what was created and completed", async () => {
  await addMembers(40, 40);
  const { days, chart } = await stats();
  const ago = (count: number) => new Date(Date.now() - count * 86_400_000).toISOString().slice(0, 10);
  expect(days).toHaveLength(30);
  expect(days.at(-1)).toEqual({ day: ago(0), created: 0, completed: 0 });
  expect(days.at(-4)).toEqual({ day: ago(3), created: 3, completed: 1 });
  expect(days[0]).toEqual({ day: ago(29), created: 29, completed: 14 });
  expect(chart.description).toMatch(
    /435 todos were created, most of them on .*: 29\. 210 todos were completed/,
  );
});

test("the days do not count a deleted user's todos, even if the trigger left them behind", async () => {
  await addMembers(1);
  await runSql("update neon_auth.users_sync set deleted_at = now() where id = 'member 0001'");
  await runSql(`insert into todos (owner_id, task, is_complete, completed_at)
    values ('member 0001', 'say goodbye', true, now())`);
  const { days, totals } = await stats();
  expect(days.filter(({ created, completed }) => created + completed !== 0)).toEqual([]);
  expect(totals).toMatchObject({ users: 1, todos: 0, complete: 0 });
});

test("open, overdue, and assigned todos are counted for each user, on the page and in the file", async () => {
  const [bob, doug, gone] = [await signedIn("bob"), await signedIn("doug"), await signedIn("gone")];
  await runSql(`insert into todos (owner_id, task, is_complete, due_on, assignee_id) values
    ('${bob.userId}', 'late', false, current_date - 2, '${doug.userId}'),
    ('${bob.userId}', 'late, but done', true, current_date - 2, '${doug.userId}'),
    ('${bob.userId}', 'later', false, current_date + 2, '${bob.userId}'),
    ('${doug.userId}', 'some day', false, null, null)`);
  await runSql(`alter table todos disable trigger user`);
  await runSql(`alter table neon_auth.users_sync disable trigger user`);
  await runSql(`insert into todos (owner_id, task, due_on, assignee_id)
    values ('${gone.userId}', 'not swept yet', '2000-01-01', '${bob.userId}')`);
  await runSql(`update neon_auth.users_sync set deleted_at = now() where id = '${gone.userId}'`);
  await runSql(`alter table todos enable trigger user`);
  await runSql(`alter table neon_auth.users_sync enable trigger user`);
  const { users } = (await stats()).users;
  expect(
    users.map(({ name, open, overdue, assigned, complete, total }) => [
      name,
      open,
      overdue,
      assigned,
      complete,
      total,
    ]),
  ).toEqual([
    ["admin", 0, 0, 0, 0, 0],
    ["bob", 2, 1, 1, 1, 3],
    ["doug", 1, 0, 1, 0, 1],
  ]);
  const { text } = await download(await admin.load(csvLoader, "/stats.csv"));
  expect(text).toMatch(/^bob@example\.com,bob,2,1,1,1,3,/m);
});

test("a todo is overdue where its day is over, and not yet elsewhere", async () => {
  const bob = await signedIn("bob");
  await runSql(`insert into todos (owner_id, task, due_on)
    values ('${bob.userId}', 'x', '${dayIn("Pacific/Pago_Pago")}')`);
  const overdueIn = async (timeZone: string) => {
    admin.keep(`time-zone=${timeZone}`);
    return (await stats("/stats?sort=open")).users.users[0]?.overdue;
  };
  expect([await overdueIn("Pacific/Pago_Pago"), await overdueIn("Pacific/Kiritimati")]).toEqual([0, 1]);
});

test("metadata never leaves the server", async () => {
  const answer = await admin.load(loader, "/stats");
  expect(await answer.text()).not.toMatch(/metadata|salary|raw_json/);
});

// Ties are sorted by id, in both directions; an admin's UUID comes before any "member".
test.each([
  ["/stats", ["0001", "0002", "0003", "0004", "admin"]],
  ["/stats?sort=email&order=desc", ["admin", "0004", "0003", "0002", "0001"]],
  ["/stats?sort=total", ["0003", "0002", "0001", "admin", "0004"]],
  ["/stats?sort=total&order=asc", ["admin", "0004", "0001", "0002", "0003"]],
  ["/stats?sort=open", ["0003", "0001", "0002", "admin", "0004"]],
  ["/stats?sort=complete&order=desc", ["0002", "0003", "admin", "0001", "0004"]],
  ["/stats?sort=latest&order=desc", ["0001", "0002", "0003", "admin", "0004"]],
  ["/stats?sort=latest&order=asc", ["admin", "0004", "0003", "0002", "0001"]],
])("%s shows the users in that order", async (path, order) => {
  await addMembers(4, 3);
  expect(emails(await stats(path))).toEqual(order);
});

test.each([
  "email",
  "open",
  "total",
  "complete",
  "latest",
])("pages sorted by %s list every user once, in both directions", async (sort) => {
  await addMembers(119, 12);
  const walks = [];
  for (const order of ["asc", "desc"]) {
    let page = await stats(`/stats?sort=${sort}&order=${order}`);
    const seen = [emails(page)];
    expect(page.users.firstPath).toBeNull();
    while (page.users.nextPath) {
      page = await stats(requested(page.users.nextPath));
      seen.push(emails(page));
      expect(page.users.firstPath).toContain(`/stats?sort=${sort}&order=${order}`);
    }
    expect(seen.map(({ length }) => length)).toEqual([50, 50, 20]);
    expect(new Set(seen.flat()).size).toBe(120);
    walks.push(seen.flat());
  }
  if (sort === "email") expect(walks[0]).toEqual(walks[1]?.toReversed());
});

test("the header of the sorted column reverses the order, and another one starts with the largest", async () => {
  const { users } = await stats("/stats?sort=total&order=desc");
  expect([users.sort, users.descending]).toEqual(["total", true]);
  expect(users.sortPaths).toEqual({
    email: "/stats?sort=email&order=asc#users",
    open: "/stats?sort=open&order=desc#users",
    complete: "/stats?sort=complete&order=desc#users",
    total: "/stats?sort=total&order=asc#users",
    latest: "/stats?sort=latest&order=desc#users",
  });
});

const cursor = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString("base64url");
test.each([
  ["an unknown column", "sort=password"],
  ["a property of every object", "sort=constructor"],
  ["an unknown order", "sort=email&order=sideways"],
  ["an invalid cursor", "after=x"],
  ["a cursor of three parts", `after=${cursor("a", "b", "c")}`],
  ["a cursor of one part", `after=${cursor("a")}`],
  ["a NUL in an email", `after=${cursor("a\0", "b")}`],
  ["a NUL in an id", `after=${cursor("a", "b\0")}`],
  ["a cursor of objects", `after=${cursor({}, [])}`],
  ["a long cursor", `after=${cursor("x".repeat(1_001), "b")}`],
])("%s in the URL means the first users by email", async (_, query) => {
  await addMembers(2, 2);
  const { users } = await stats(`/stats?${query}`);
  expect(users).toMatchObject({ sort: "email", descending: false, firstPath: null });
  expect(users.users).toHaveLength(3);
});

test.each([
  ["total", "x"],
  ["total", "-1"],
  ["total", "9999999999999999"],
  ["total", null],
  ["complete", "Infinity"],
  ["latest", "now"],
  ["latest", "2026-02-30T00:00:00.000000Z"],
  ["latest", "0000-01-01T00:00:00.000000Z"],
  ["latest", "2026-01-01T25:00:00.000000Z"],
])("sorted by %s, the invalid cursor %s shows the first users", async (sort, value) => {
  const { users } = await stats(`/stats?sort=${sort}&after=${cursor(value, "member 0001")}`);
  expect(users).toMatchObject({ sort, firstPath: null });
  expect(users.users).toHaveLength(1);
});

test("a page after the last user is empty, and leads back", async () => {
  const { users } = await stats(`/stats?after=${cursor("~", "z")}`);
  expect(users).toMatchObject({ users: [], nextPath: null, firstPath: "/stats?sort=email&order=asc#users" });
});

test("the chart stays within its frame, and its ticks are whole numbers of todos", () => {
  const day = (number: number) => new Date(Date.UTC(2026, 9, 23 + number)).toISOString().slice(0, 10);
  for (const most of [0, 1, 2, 7, 999, 1_234_567]) {
    const days = Array.from({ length: 30 }, (_, number) => ({
      day: day(number),
      created: number % 2 ? most : 0,
      completed: 0,
    }));
    const { paths, xTicks, yTicks, columns } = toDailyChart(days);
    const numbers = paths.created.match(/-?[\d.]+/g)?.map(Number) ?? [];
    expect(numbers).toHaveLength(60);
    for (const number of [...numbers, ...xTicks.map(({ x }) => x), ...yTicks.map(({ y }) => y)]) {
      expect(number).toBeGreaterThanOrEqual(0);
      expect(number).toBeLessThanOrEqual(100);
    }
    expect(yTicks.length).toBeGreaterThanOrEqual(2);
    for (const { label } of yTicks) expect(label).toMatch(/^\d+$|[KM]$/);
    expect(new Set(yTicks.map(({ label }) => label)).size).toBe(yTicks.length);
    expect(xTicks.map(({ label }) => label)).toEqual(["25 Oct", "1 Nov", "8 Nov", "15 Nov"]);
    expect(columns.at(-1)?.label).toBe(
      `21 November (UTC): ${most.toLocaleString("en")} created, 0 completed`,
    );
  }
});

test("the file has all existing users, a header, and a name with today's date", async () => {
  await runSql(`insert into neon_auth.users_sync (raw_json) values
    ('{"id": "1", "primary_email": "é@example.com", "display_name": "Eve, \\"the\\" first", "signed_up_at_millis": 0}'),
    ('{"id": "2", "signed_up_at_millis": 0}')`);
  await runSql(
    `insert into todos (owner_id, task, inserted_at) values ('1', 'x', '2026-01-02 03:04:05.000006Z')`,
  );
  await runSql(`insert into neon_auth.users_sync (raw_json, deleted_at)
    values ('{"id": "3", "primary_email": "gone@example.com", "signed_up_at_millis": 0}', now())`);
  const answer = await admin.load(csvLoader, "/stats.csv");
  expect(answer.headers.get("Content-Type")).toBe("text/csv; charset=utf-8");
  expect(answer.headers.get("Content-Disposition")).toMatch(
    new RegExp(`^attachment; filename="todo-statistics-${new Date().toISOString().slice(0, 10)}.csv"$`),
  );
  const { text } = await download(answer);
  const [header, ...lines] = text.split("\r\n");
  expect(header).toBe("\uFEFFEmail,Name,Open,Overdue,Assigned,Completed,Total,Last activity");
  expect(lines.sort()).toEqual(
    [
      "",
      ",,0,0,0,0,0,",
      "admin@example.com,admin,0,0,0,0,0,",
      'é@example.com,"Eve, ""the"" first",1,0,0,0,1,2026-01-02T03:04:05.000006Z',
    ].sort(),
  );
});

test.each([
  ["=1+1", "'=1+1"],
  ["+1", "'+1"],
  ["-1", "'-1"],
  ["@SUM(1)", "'@SUM(1)"],
  ["\tx", "'\tx"],
  ["\rx", "'\rx"],
  ["\nx", "'\nx"],
  ["  =1", "'  =1"],
  ["\u00a0=1", "'\u00a0=1"],
  ["＝1", "'＝1"],
  ["＋1", "'＋1"],
  ["－1", "'－1"],
  ["＠x", "'＠x"],
  ["x;=1+1;", "x;'=1+1;"],
  ["x\n=1", "x\n'=1"],
  ["=", "'="],
])("%j is not a formula in the file: %j", (value, written) => {
  expect(withoutFormulas(value)).toBe(written);
});

test.each(["bob@example.com", "O'Neill", "a-b=c+d", "", "1 + 1", "x; y"])("%j stays as it is", (value) => {
  expect(withoutFormulas(value)).toBe(value);
});

test("names that look like formulas are text in the file", async () => {
  await runSql(`insert into neon_auth.users_sync (raw_json) values
    ('{"id": "1", "primary_email": "=cmd|calc@x", "display_name": "=HYPERLINK(\\"x\\",1)", "signed_up_at_millis": 0}')`);
  const { text } = await download(await admin.load(csvLoader, "/stats.csv"));
  expect(text).toContain(`\r\n'=cmd|calc@x,"'=HYPERLINK(""x"",1)",0,0,0,0,0,\r\n`);
});

test("a long file is read in batches, each once and on demand", async () => {
  await addMembers(2_500);
  const made = roundTrips();
  const answer = await admin.load(csvLoader, "/stats.csv");
  const reader = answer.body?.getReader();
  const counts = [made()];
  let text = "";
  for (;;) {
    const part = await reader?.read();
    if (!part || part.done) break;
    text += new TextDecoder().decode(part.value);
    counts.push(made());
  }
  expect(counts).toEqual([1, 1, 2, 3]);
  const lines = text.trimEnd().split("\r\n");
  expect([lines.length, new Set(lines).size]).toEqual([2_502, 2_502]);
});

test("a file whose last batch is full ends correctly", async () => {
  await addMembers(1_999);
  const { text, error } = await download(await admin.load(csvLoader, "/stats.csv"));
  expect(error).toBeUndefined();
  expect(text.trimEnd().split("\r\n")).toHaveLength(2_001);
  expect(text.lastIndexOf("\uFEFF")).toBe(0);
});

test("nothing more is read once the client has left", async () => {
  await addMembers(2_500);
  const made = roundTrips();
  const reader = (await admin.load(csvLoader, "/stats.csv")).body?.getReader();
  await reader?.read();
  await reader?.cancel();
  expect([made(), (await reader?.read())?.done]).toEqual([1, true]);
});

test.each([
  "revoked",
  "deleted",
])("the file of an admin who is %s meanwhile is cut off, and says so", async (how) => {
  await addMembers(1_999);
  silenceLog();
  const answer = await admin.load(csvLoader, "/stats.csv");
  if (how === "revoked") await setRole(admin, "member");
  else await runSql(`update neon_auth.users_sync set deleted_at = now() where id = '${admin.userId}'`);
  const { text, error } = await download(answer);
  expect(error).toBeInstanceOf(Error);
  expect(text.trimEnd().split("\r\n")).toHaveLength(1_002);
  expect(text).toMatch(/\r\nThis file is incomplete[^,]*\r\n$/);
});

test("a file is cut off when the database fails, and says so", async () => {
  await addMembers(1_999);
  const log = silenceLog();
  const answer = await admin.load(csvLoader, "/stats.csv");
  const { text, error } = await whileCutOff(() => download(answer));
  expect(error).toBeInstanceOf(Error);
  expect(text).toMatch(/\r\nThis file is incomplete[^,]*\r\n$/);
  expect(log).toHaveBeenCalledWith(expect.stringMatching(/^GET \/stats\.csv: .*unreachable/));
});
