import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sql, { raw } from "sql-template-tag";
import { z } from "zod";
import { closeDatabases, connectDatabase, type Database } from "#app/db/database.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { type Postgres, startPostgres } from "#db/local/postgres/server.ts";
import { openLoopbackServer } from "#db/local/services/loopback-server.ts";
import { type NeonSync, startNeonSync } from "#db/local/services/neon-sync.ts";
import { answerFromHandlers } from "#db/local/services/stack-server.ts";
import { migrate } from "#db/migrate.ts";
import { createStackStandIn } from "#tests/mocks/stack/index.ts";
import { by, startTcpProxy, type TcpProxy } from "#tests/setup/tcp-proxy.ts";

/** What the app depends on, behind proxies that can break it. */
export interface Site extends AsyncDisposable {
  /** Between the app and its database, its listening connection, and Stack. */
  proxies: { database: TcpProxy; listener: TcpProxy; stack: TcpProxy };
  /** The app's database, without a proxy and with all rights. */
  database: Database;
  /** Runs a statement on a server's database, as at a psql prompt. */
  run(text: string, database?: "todos" | "postgres"): Promise<void>;
  restartPostgres(): Promise<void>;
  /** Kills one of the app's sessions: Postgres then ends them all, and recovers as after a power cut. */
  crashPostgres(): Promise<void>;
  /** Every task in order, duplicates included. */
  tasks(): Promise<string[]>;
  /** The Cookie header of a signed-in user with a profile. */
  signedIn(name: string): Promise<string>;
  /** The variables with which `npm start` finds all of this. */
  variables: Record<string, string>;
}

export const origin = "http://localhost:3000";

/**
 * Starts a Postgres, a stand-in for Stack, and one for Neon's sync; none of it survives.
 * @param options `durable` makes commits wait for the disk, so that a crash loses none
 */
export async function startSite({ durable = false } = {}): Promise<Site> {
  const cleanUps: (() => unknown)[] = [];
  const directory = mkdtempSync(join(tmpdir(), "todos-faults-"));
  cleanUps.push(() => rmSync(directory, { recursive: true }));
  // As root, Postgres runs as another user, who has to be able to enter.
  chmodSync(directory, 0o711);
  let postgres: Postgres = await startPostgres({ directory: join(directory, "postgres"), durable });
  const { port } = postgres;
  cleanUps.push(() => postgres.stop(), closeDatabases);

  // Not a superuser: Postgres always reserves connections for those.
  const server = connectDatabase(postgres.urlFor("postgres"), 30_000);
  const runOn = async (database: Database, text: string) => {
    await database.query(statement(z.unknown(), raw(text)));
  };
  await runOn(server, "create role app login password 'app'");
  await runOn(server, "create database todos owner app");
  await runOn(server, "create database stack");
  const database = connectDatabase(postgres.urlFor("todos"));
  const appUrl = new URL(postgres.urlFor("todos"));
  appUrl.username = "app";
  appUrl.password = "app";
  await migrate(appUrl.href);

  const stackServer = await openLoopbackServer(0);
  cleanUps.push(() => stackServer[Symbol.asyncDispose]());
  const [toDatabase, toListener, toStack] = await Promise.all([
    startTcpProxy(port),
    startTcpProxy(port),
    startTcpProxy(stackServer.port),
  ]);
  cleanUps.push(toDatabase.close, toListener.close, toStack.close);

  const variables = {
    APP_ORIGIN: origin,
    SESSION_SECRET: "a secret for tests, 32 characters or more",
    DATABASE_URL: by(toDatabase, appUrl.href),
    DATABASE_URL_UNPOOLED: by(toListener, appUrl.href),
    STACK_API_URL: `http://127.0.0.1:${toStack.port}`,
    STACK_PROJECT_ID: "6f1ff9d5-1b8a-4a2e-9f6f-6c7c2a8f5b10",
    STACK_PUBLISHABLE_CLIENT_KEY: "pck_test",
    STACK_SECRET_SERVER_KEY: "ssk_test",
    // Each of the tests' users has their own address.
    TRUST_PROXY_HOPS: "1",
  };
  // For the code that makes signed-in users' cookies.
  Object.assign(process.env, variables);
  const { startSession } = await import("#app/auth/session/session.server.ts");

  const stack = connectDatabase(postgres.urlFor("stack"));
  let sync: NeonSync | undefined;
  const { handlers, signAccessToken } = await createStackStandIn({
    project: {
      apiUrl: variables.STACK_API_URL,
      projectId: variables.STACK_PROJECT_ID,
      publishableClientKey: variables.STACK_PUBLISHABLE_CLIENT_KEY,
      secretServerKey: variables.STACK_SECRET_SERVER_KEY,
    },
    database: stack,
    onUserEvent: () => sync?.wake(),
  });
  sync = startNeonSync({ stack, app: database, delayMs: 0 });
  cleanUps.push(sync.stop);
  const answer = answerFromHandlers(handlers);
  stackServer.answerWith(async (request) => {
    const { pathname, search } = new URL(request.url);
    try {
      return await answer(new Request(`${variables.STACK_API_URL}${pathname}${search}`, request));
    } catch {
      // The stand-in's own database is on the Postgres that fails.
      return new Response(null, { status: 500 });
    }
  });

  return {
    proxies: { database: toDatabase, listener: toListener, stack: toStack },
    database,
    variables,
    run: (text, where = "todos") => runOn(where === "todos" ? database : server, text),
    async restartPostgres() {
      await postgres.stop();
      postgres = await startPostgres({ directory: join(directory, "postgres"), port, durable });
    },
    async crashPostgres() {
      const sessions = statement(
        z.object({ pid: z.number() }),
        sql`select pid from pg_stat_activity where usename = 'app' limit 1`,
      );
      for (const { pid } of await database.query(sessions)) process.kill(pid, "SIGKILL");
    },
    async tasks() {
      const rows = await database.query(
        statement(z.object({ task: z.string() }), sql`select task from todos order by id`),
      );
      return rows.map(({ task }) => task);
    },
    async signedIn(name) {
      const profile = JSON.stringify({ id: name, primary_email: `${name}@example.com` });
      await database.query(
        statement(
          z.never(),
          sql`insert into neon_auth.users_sync (raw_json) values (${profile}::jsonb) on conflict do nothing`,
        ),
      );
      const accessToken = await signAccessToken({ sub: name, email: `${name}@example.com` });
      const setCookie = await startSession({ accessToken, refreshToken: "none" });
      return setCookie.split(";")[0] ?? "";
    },
    async [Symbol.asyncDispose]() {
      for (const cleanUp of cleanUps.reverse()) await cleanUp();
    },
  };
}
