import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type BrowserContext, test as base, expect, type Page, type Route } from "@playwright/test";
import sql from "sql-template-tag";
import { z } from "zod";
import { connectClient, connectDatabase } from "#app/db/database.server.ts";
import { statement } from "#app/db/statement.server.ts";
import type { LocalAuth } from "#app/platform/environment.server.ts";
import * as accounts from "#tests/setup/accounts.ts";
import { type Instance, startInstance } from "#tests/setup/instance.ts";

export { expect };

/** A user at their own browser. */
export interface Person {
  page: Page;
  email: string;
}

export const password = "correct horse";

interface Fixtures {
  /** A new user, signed in, who has come to the list. */
  person: (name: string) => Promise<Person>;
  /** A new user who has just signed up at the form. */
  newcomer: (name: string) => Promise<Person>;
  /** A browser that is not signed in. */
  visitor: () => Promise<Page>;
  /** Errors that the test causes on purpose; any other error in a console fails it. */
  expectConsoleError: (pattern: RegExp) => void;
}

interface OwnFixtures {
  openPage: () => Promise<Page>;
  /** Addresses whose todos are removed in the end, so that a failing test does not fail later ones. */
  newEmail: (name: string) => string;
}

/** The instance that this worker's tests run against. With another `localAuth` it has no Stack, and no `person`. */
let site: Instance;

export const test = base.extend<Fixtures & OwnFixtures, { instance: Instance; localAuth: LocalAuth }>({
  localAuth: ["stack", { scope: "worker", option: true }],
  instance: [
    async ({ localAuth }, use) => {
      // Each browser has an address of its own: see someAddress.
      const variables = { TRUST_PROXY_HOPS: "1", LOCAL_SYNC_DELAY_MS: "0", LOCAL_AUTH: localAuth };
      site = await startInstance({ variables });
      await use(site);
      await site[Symbol.asyncDispose]();
    },
    { scope: "worker", auto: true, timeout: 200_000 },
  ],
  baseURL: async ({ instance }, use) => {
    await use(instance.appUrl);
  },
  expectConsoleError: async ({ browserName: _ }, use, testInfo) => {
    await use((pattern) =>
      testInfo.annotations.push({ type: "expected console error", description: pattern.source }),
    );
  },
  // `newEmail` first, so that todos are removed after the pages are closed: a page may still be sending a change.
  openPage: async ({ newEmail: _, browser, javaScriptEnabled, baseURL, instance }, use, testInfo) => {
    const contexts: BrowserContext[] = [];
    const errors: string[] = [];
    const logStart = instance.log().length;
    await use(async () => {
      const context = await browser.newContext({
        javaScriptEnabled,
        ...(baseURL ? { baseURL } : {}),
        extraHTTPHeaders: { "X-Forwarded-For": someAddress() },
      });
      contexts.push(context);
      context.on("weberror", (error) => errors.push(String(error.error())));
      context.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) errors.push(message.text());
      });
      return context.newPage();
    });
    if (testInfo.status !== testInfo.expectedStatus) {
      console.log(`The app's log during “${testInfo.title}”:\n${instance.log().slice(logStart)}`);
    }
    for (const context of contexts) await context.close();
    const expected = testInfo.annotations
      .filter(({ type }) => type === "expected console error")
      .map(({ description = "" }) => new RegExp(description));
    expect(errors.filter((error) => !expected.some((pattern) => pattern.test(error)))).toEqual([]);
  },
  visitor: async ({ openPage }, use) => {
    await use(openPage);
  },
  newEmail: async ({ browserName: _ }, use) => {
    const emails: string[] = [];
    await use((name) => {
      const email = `${name.toLowerCase()}-${crypto.randomUUID().slice(0, 8)}@example.com`;
      emails.push(email);
      return email;
    });
    await removeTodosOf(emails);
  },
  person: async ({ openPage, newEmail, instance, javaScriptEnabled }, use) => {
    await use(async (name) => {
      const email = newEmail(name);
      const userId = await accounts.newUser(instance, { email, name, password });
      const [cookie, value = ""] = (await accounts.sessionOf(instance, userId)).split(/=(.*)/s);
      const page = await openPage();
      await page.context().addCookies([{ name: cookie ?? "", value, url: instance.appUrl }]);
      await expect.poll(() => profileInPostgres(email), { intervals: [5] }).toBeDefined();
      await page.goto("/");
      await expect(page.getByRole("heading", { name: "Todos" })).toBeVisible();
      // The script adds it.
      if (javaScriptEnabled)
        await expect(page.getByRole("button", { name: "Keyboard shortcuts" })).toBeVisible();
      return { page, email };
    });
  },
  newcomer: async ({ openPage, newEmail }, use) => {
    await use(async (name) => {
      const page = await openPage();
      const email = newEmail(name);
      await signUp(page, "/sign-up", name, email);
      return { page, email };
    });
  },
});

/** Signs up at the form. @param url of the form's page */
export async function signUp(page: Page, url: string, name: string, email: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign up" }).click();
  await expect(page.getByRole("heading", { name: "Todos" })).toBeVisible();
}

/** Otherwise all browsers of a run would share one address, which may send 300 forms in 15 minutes. */
function someAddress(): string {
  return `10.${[1, 2, 3].map(() => Math.floor(Math.random() * 256)).join(".")}`;
}

/**
 * Answers the first requests to a URL in another way than the app. Playwright's own `times` stops intercepting then, and
 * may lose sight of a request that is made at that moment.
 */
export async function routeFirst(
  page: Page,
  url: Parameters<Page["route"]>[0],
  handle: (route: Route) => unknown,
  count = 1,
): Promise<void> {
  let seen = 0;
  await page.route(url, (route) => (++seen > count ? route.continue() : handle(route)));
}

/** Adds a todo as a user does, and waits for the server: the page shows it before that. */
export async function addTodo(page: Page, task: string): Promise<void> {
  await page.getByRole("textbox", { name: "New todo" }).fill(task);
  await page.getByRole("button", { name: "Add" }).click();
  await expect(todo(page, task).getByRole("checkbox")).toBeEnabled();
}

export function todo(page: Page, task: string) {
  return page
    .getByRole("list", { name: "Todos", exact: true })
    .getByRole("listitem")
    .filter({ has: page.getByRole("checkbox", { name: task, exact: true }) });
}

/** A user's line in Team progress. */
export function progressOf(page: Page, email: string) {
  return page.getByRole("list", { name: "Team progress" }).getByRole("listitem").filter({ hasText: email });
}

/** A profile as Postgres has it. */
export async function profileInPostgres(email: string): Promise<{ name: string | null } | undefined> {
  const [profile] = await database().query(
    statement(
      z.object({ name: z.string().nullable() }),
      sql`select name from neon_auth.users_sync where email = ${email} and deleted_at is null`,
    ),
  );
  return profile;
}

/** Deletes todos as a user does, and waits for the server: the page shows it before that. */
export async function removeTodos(page: Page, tasks: string[]): Promise<void> {
  for (const task of tasks) {
    const answered = page.waitForResponse((answer) =>
      /(intent|change)=delete/.test(answer.request().postData() ?? ""),
    );
    await todo(page, task)
      .getByRole("button", { name: `Delete ${task}` })
      .click();
    await answered;
    await expect(todo(page, task)).toHaveCount(0);
  }
}

async function removeTodosOf(emails: string[]): Promise<void> {
  const remove = sql`
    delete from todos t using neon_auth.users_sync u where u.id = t.owner_id and u.email = any (${emails}::text[])
  `;
  await database().query(statement(z.never(), remove));
}

/** Runs one of the project's commands on the instance that the tests run against. @returns what it printed */
export async function npmRun(command: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("npm", ["run", "--silent", command, "--", ...args], {
    env: { ...process.env, LOCAL_DIR: site.directory, DATABASE_URL: "", DATABASE_URL_UNPOOLED: "" },
  });
  return stdout;
}

/** Runs SQL in the app's database. @returns the rows, as JSON has them */
export async function dbSql(statement: string): Promise<Record<string, unknown>[]> {
  const client = await connectClient(site.databaseUrl);
  const { rows } = await client.query(statement).finally(() => client.end());
  return JSON.parse(JSON.stringify(rows));
}

/** Asks Stack as the project's own server may. */
export function stackRequest(method: string, path: string, body?: object): Promise<unknown> {
  return accounts.stackRequest(site, method, path, body);
}

const sessionSchema = z.object({ refreshToken: z.string() });

/** Whether Stack would renew a browser's session: 200 or 401. */
export async function renewalStatus({ page }: Person): Promise<number> {
  const { stackApiUrl, stackProjectId, stackPublishableClientKey } = site;
  const cookies = await page.context().cookies();
  const [signed = ""] = cookies
    .filter(({ name }) => name.includes("todos-session"))
    .map(({ value }) => value);
  const [content = ""] = decodeURIComponent(signed).split(".");
  const { refreshToken } = sessionSchema.parse(JSON.parse(atob(content)));
  const answer = await fetch(`${stackApiUrl}/api/v1/auth/sessions/current/refresh`, {
    method: "POST",
    headers: {
      "x-stack-access-type": "client",
      "x-stack-project-id": stackProjectId,
      "x-stack-publishable-client-key": stackPublishableClientKey,
      "x-stack-refresh-token": refreshToken,
    },
  });
  return answer.status;
}

const mailsSchema = z.array(z.object({ subject: z.string(), text: z.string(), links: z.array(z.string()) }));
type Mail = z.infer<typeof mailsSchema>[number];

/**
 * The newest mail to an address, as soon as it is there.
 * @param subject tells it from others: a sign-up sends one too
 * @param instance which sends it
 */
export async function mailTo(
  email: string,
  subject = /./,
  { mailUrl }: Pick<Instance, "mailUrl"> = site,
): Promise<Mail> {
  const url = new URL(mailUrl);
  url.searchParams.set("to", email);
  let mail: Mail | undefined;
  await expect(async () => {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    mail = mailsSchema.parse(await answer.json()).find((each) => subject.test(each.subject));
    expect(mail).toBeDefined();
  }).toPass({ intervals: [100] });
  if (!mail) throw new Error(`There is no mail to ${email}`);
  return mail;
}

/** Keeps the sync from writing, but not the app from reading, until some work is done. */
export async function whileProfilesAreHeldBack<Result>(work: () => Promise<Result>): Promise<Result> {
  const client = await connectClient(site.databaseUrl);
  try {
    await client.query("begin");
    await client.query("lock table neon_auth.users_sync in share mode");
    return await work();
  } finally {
    await client.end();
  }
}

/** Gives a user many todos at once, `todo 1` and so on, and removes them after the test. */
export async function withManyTodos(email: string, count: number, work: () => Promise<void>): Promise<void> {
  const insert = sql`
    insert into todos (owner_id, task)
    select u.id, 'todo ' || n
    from neon_auth.users_sync u, generate_series(1, ${count}::int) n
    where u.email = ${email}
  `;
  await database().query(statement(z.never(), insert));
  await work().finally(() => removeTodosOf([email]));
}

/** Does some work while Postgres runs but refuses connections to the app's database. */
export async function whileDatabaseIsClosed(work: () => Promise<void>): Promise<void> {
  const client = await connectClient(new URL("/postgres", site.databaseUrl).href);
  try {
    await client.query("alter database todos allow_connections false");
    await client.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'todos'");
    await work();
  } finally {
    await client.query("alter database todos allow_connections true");
    await client.end();
  }
}

function database() {
  return connectDatabase(site.databaseUrl);
}
