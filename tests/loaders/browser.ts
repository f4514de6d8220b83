import { randomUUID } from "node:crypto";
import sql from "sql-template-tag";
import { expect, vi } from "vitest";
import { z } from "zod";
import { startSession } from "#app/auth/session/session.server.ts";
import { database } from "#app/db/current.server.ts";
import { statement } from "#app/db/statement.server.ts";
import * as signInRoute from "#app/routes/auth/password/sign-in.tsx";
import * as signUpRoute from "#app/routes/auth/password/sign-up.tsx";
import { fromSent } from "#app/routes/todos/list/sent-list.ts";
import type { ListData } from "#app/routes/todos/page-data.server.ts";
import * as todosRoute from "#app/routes/todos/route.tsx";
import { startNeonSync } from "#db/local/services/neon-sync.ts";
import { undeliveredUserEvents } from "#tests/mocks/stack/user-events.ts";
import { stackDatabase, standIn } from "#tests/setup/stack.ts";

/** The arguments of every route's loader and action. */
interface RouteArguments {
  request: Request;
  params: Record<string, never>;
  context: Record<string, never>;
}
type Handler = (arguments_: RouteArguments) => unknown;

/** What loaders see of a browser: it keeps cookies and posts forms. */
export class Browser {
  readonly #cookies = new Map<string, string>();

  /** All cookies, as in the Cookie header. */
  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }
  set cookie(header: string) {
    this.#cookies.clear();
    for (const cookie of header.split("; ")) this.keep(cookie);
  }

  async load(loader: Handler, path: string): Promise<Response> {
    return this.send(
      loader,
      new Request(`http://localhost:3000${path}`, { headers: { Cookie: this.cookie } }),
    );
  }

  async post(
    action: Handler,
    path: string,
    fields: Record<string, string> | [string, string][],
  ): Promise<Response> {
    const body = new URLSearchParams(fields);
    const headers = { Cookie: this.cookie, Origin: "http://localhost:3000" };
    return this.send(action, new Request(`http://localhost:3000${path}`, { method: "POST", headers, body }));
  }

  /** Sends a request unchanged, with this browser's cookie. A thrown Response is an answer, too. */
  async send(handler: Handler, request: Request): Promise<Response> {
    const handled = (async () => handler({ request, params: {}, context: {} }))();
    const answer = await handled.catch((thrown: unknown) => {
      if (thrown instanceof Response) return thrown;
      throw thrown;
    });
    if (!(answer instanceof Response)) throw new Error("a loader or action of ours answers with a Response");
    for (const setCookie of answer.headers.getSetCookie()) this.keep(setCookie);
    return answer;
  }

  /** Applies a Set-Cookie header. */
  keep(setCookie: string): void {
    const [pair = "", ...attributes] = setCookie.split("; ");
    const [name = "", value = ""] = pair.split(/=(.*)/s, 2);
    if (!name || attributes.includes("Max-Age=0")) this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }

  /** The data and status of `/`. */
  async todosPage(path = "/"): Promise<{ status: number; data: Awaited<ReturnType<typeof todosData>> }> {
    const answer = await this.load(todosRoute.loader, path);
    return { status: answer.status, data: await todosData(answer) };
  }

  /** Posts to `/` and reads the JSON of a refusal. */
  change(fields: Record<string, string> | [string, string][], path = "/"): Promise<Response> {
    return this.post(todosRoute.action, path, fields);
  }

  /** Signs up while the sync brings profiles as fast as it can. */
  signUp(fields: Record<string, string>, path = "/sign-up"): Promise<Response> {
    return whileSyncing(0, () => this.post(signUpRoute.action, path, fields));
  }

  signIn(fields: Record<string, string>, path = "/sign-in"): Promise<Response> {
    return this.post(signInRoute.action, path, fields);
  }
}

/** A user's page; a test that gets another view fails at `view`. */
type ListPage = Omit<ListData, "view"> & { view: string };

async function todosData(answer: Response): Promise<ListPage> {
  const data = await answer.json();
  return data.view === "list" ? fromSent<ListData>(data) : data;
}

/** A user signed in without asking Stack: the token is minted, and the profile inserted into users_sync. */
export async function signedIn(name: string): Promise<Browser & { userId: string }> {
  const userId = randomUUID();
  const email = `${name}@example.com`;
  const profile = { id: userId, display_name: name, primary_email: email, signed_up_at_millis: Date.now() };
  await database().query(
    statement(
      z.never(),
      sql`insert into neon_auth.users_sync (raw_json, updated_at) values (${JSON.stringify(profile)}::jsonb, now())`,
    ),
  );
  const accessToken = await standIn.signAccessToken({ sub: userId, email });
  const browser = Object.assign(new Browser(), { userId });
  browser.keep(await startSession({ accessToken, refreshToken: "none" }));
  await browser.todosPage();
  return browser;
}

/** A new user of Stack who is signed in, with a profile that the sync brought to users_sync. */
export async function signedUp(email: string, name = ""): Promise<Browser> {
  const browser = new Browser();
  await browser.signUp({ email, password: "correct horse", name });
  await syncProfiles();
  return browser;
}

/** Brings Stack's changes to users_sync, as Neon does a moment later. */
export async function syncProfiles(): Promise<void> {
  await whileSyncing(0, async () => {
    const isDone = async () => expect(await stackDatabase.query(undeliveredUserEvents())).toEqual([]);
    await vi.waitFor(isDone, { interval: 5 });
  });
}

/**
 * Does some work while a sync runs, as Neon's always does.
 * @param delayMs how long after an event at Stack it reaches users_sync
 */
export async function whileSyncing<Result>(delayMs: number, work: () => Promise<Result>): Promise<Result> {
  const sync = startNeonSync({ stack: stackDatabase, app: database(), delayMs });
  standIn.onUserEvent = sync.wake;
  try {
    return await work();
  } finally {
    standIn.onUserEvent = () => {};
    await sync.stop();
  }
}

/** Runs SQL as at a psql prompt. */
export async function runSql(text: string): Promise<void> {
  await database().query(statement(z.unknown(), sql([text])));
}

/** Every row of `todos`, to check that a refused change has changed none. */
export async function allTodos() {
  const row = z.object({
    id: z.string(),
    task: z.string(),
    isComplete: z.boolean(),
    owner: z.string().nullable(),
  });
  return database().query(
    statement(
      row,
      sql`
        select t.id::text, t.task, t.is_complete as "isComplete", u.email as owner
        from todos t
        left join neon_auth.users_sync u on u.id = t.owner_id
        order by t.id
      `,
    ),
  );
}
