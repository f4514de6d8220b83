import { rmSync } from "node:fs";
import { closeDatabases, connectDatabase } from "#app/db/database.server.ts";
import type { Variables } from "#app/environment.server.ts";
import { migrate } from "#db/commands/migrate.ts";
import { createStackStandIn } from "#tests/mocks/stack/index.ts";
import type { ProjectSettings } from "#tests/mocks/stack/project-settings.ts";
import { developmentServer, productionServer, startApp, untilEnded, untilLive } from "./app-process.ts";
import { buildWhenStale } from "./build.ts";
import { startLocalPostgres } from "./databases.ts";
import { instanceFile, type LocalInstance, localDirectoryHolder, lockLocalDirectory } from "./instance.ts";
import { openLoopbackServer } from "./loopback-server.ts";
import { startNeonSync } from "./neon-sync.ts";
import { requireFreePort } from "./port.ts";
import { writePrivately } from "./private-file.ts";
import { Refusal } from "./refusal.ts";
import { keepLocalSettings, localSettings } from "./settings.ts";
import { answerFromHandlers, answerWithMails } from "./stack-server.ts";

export interface LocalModeOptions {
  mode: "dev" | "local";
  /** The project's directory. */
  root: string;
  /** `LOCAL_DIR` */
  directory: string;
  port: number;
  syncDelayMs: number;
  /** Of the stand-in for Stack Auth; those that are not given are as in the recorded project. */
  stackSettings: Partial<ProjectSettings>;
  /** What the app inherits; local mode's own configuration goes over it. */
  variables: Variables;
  /** Aborts when everything is to be stopped. */
  stop: AbortSignal;
  /** Aborts when that is to be fast. */
  hurry: AbortSignal;
}

/**
 * Runs the app with a database and a Stack Auth of its own until `stop` aborts, then stops it all, in the
 * reverse order of its start.
 * @throws {Refusal} when something cannot be started, or the app ends by itself
 */
export async function runLocalMode(options: LocalModeOptions): Promise<void> {
  const { mode, root, directory, port, stop, hurry } = options;
  await using _lock = await takeDirectory(directory);
  // What a killed process left would tell wrong things to whoever waits for the file.
  rmSync(instanceFile(directory), { force: true });
  await requireFreePort(port, stop);
  if (mode === "local") await buildWhenStale(root, options.variables, stop);

  await using postgres = await startLocalPostgres(directory);
  await using _connections = { [Symbol.asyncDispose]: closeDatabases };
  const databaseUrl = postgres.urlFor("todos");
  stop.throwIfAborted();
  await migrate(databaseUrl);

  const kept = localSettings(directory);
  await using stackServer = await openLoopbackServer(kept.stackPort);
  await using mailServer = await openLoopbackServer(kept.mailPort);
  keepLocalSettings(directory, { ...kept, stackPort: stackServer.port, mailPort: mailServer.port });
  const instance: LocalInstance = {
    appUrl: `http://localhost:${port}`,
    databaseUrl,
    stackApiUrl: stackServer.origin,
    stackProjectId: kept.stackProjectId,
    stackPublishableClientKey: kept.stackPublishableClientKey,
    stackSecretServerKey: kept.stackSecretServerKey,
    mailUrl: `${mailServer.origin}/`,
    pid: process.pid,
  };

  const stack = connectDatabase(postgres.urlFor("stack"));
  const { handlers, mails } = await createStackStandIn({
    project: {
      apiUrl: instance.stackApiUrl,
      projectId: instance.stackProjectId,
      publishableClientKey: instance.stackPublishableClientKey,
      secretServerKey: instance.stackSecretServerKey,
    },
    database: stack,
    settings: options.stackSettings,
    onUserEvent: () => sync.wake(),
  });
  await using sync = startNeonSync({
    stack,
    app: connectDatabase(databaseUrl),
    delayMs: options.syncDelayMs,
  });
  stackServer.answerWith(answerFromHandlers(handlers));
  mailServer.answerWith(answerWithMails(mails));

  stop.throwIfAborted();
  await using app = startApp(
    mode === "dev" ? developmentServer(port) : productionServer,
    root,
    appVariables(options, instance, kept),
    hurry,
  );
  await untilLive(app, port, stop);
  await using _announcement = announce(instance, directory);
  await untilEnded(app, stop);
}

async function takeDirectory(directory: string): Promise<AsyncDisposable> {
  const release = await lockLocalDirectory(directory);
  if (release) return { [Symbol.asyncDispose]: release };
  const holder = await localDirectoryHolder(directory);
  throw new Refusal(
    `Another instance is running on ${directory} (pid ${holder}). Stop it, or set LOCAL_DIR and PORT for this one.`,
  );
}

function appVariables(
  { mode, port, variables }: LocalModeOptions,
  instance: LocalInstance,
  { sessionSecret }: { sessionSecret: string },
): Variables {
  return {
    SESSION_SECRET: sessionSecret,
    ...variables,
    NODE_ENV: mode === "dev" ? "development" : "production",
    PORT: String(port),
    HOST: "127.0.0.1",
    APP_ORIGIN: instance.appUrl,
    DATABASE_URL: instance.databaseUrl,
    STACK_API_URL: instance.stackApiUrl,
    STACK_PROJECT_ID: instance.stackProjectId,
    STACK_PUBLISHABLE_CLIENT_KEY: instance.stackPublishableClientKey,
    STACK_SECRET_SERVER_KEY: instance.stackSecretServerKey,
  };
}

/** Tells scripts and people where everything is, as long as it is there. */
function announce(instance: LocalInstance, directory: string): AsyncDisposable {
  const path = instanceFile(directory);
  writePrivately(path, `${JSON.stringify(instance, null, 2)}\n`);
  console.log(`\nThe app answers. Ctrl-C stops it all. The same is in ${path}:\n`);
  for (const [name, value] of Object.entries(instance)) console.log(`  ${name.padEnd(26)}${value}`);
  console.log();
  return {
    async [Symbol.asyncDispose]() {
      rmSync(path, { force: true });
    },
  };
}
