import { closeDatabases, connectDatabase } from "#app/db/database.server.ts";
import type { StackProject } from "#app/platform/environment.server.ts";
import { startLocalPostgres } from "#db/local/databases/local-postgres.ts";
import { localDirectoryHolder, lockLocalDirectory } from "#db/local/directory/instance.ts";
import { keepLocalSettings, localSettings } from "#db/local/directory/settings.ts";
import { migrate } from "#db/migrate.ts";
import { Refusal } from "#db/refusal.ts";
import { createStackStandIn } from "#tests/mocks/stack/index.ts";
import type { ProjectSettings } from "#tests/mocks/stack/project-settings.ts";
import { openLoopbackServer } from "./loopback-server.ts";
import { startNeonSync } from "./neon-sync.ts";
import { answerFromHandlers, answerWithMails } from "./stack-server.ts";

export interface LocalServicesOptions {
  /** `LOCAL_DIR`, locked by the caller. */
  directory: string;
  syncDelayMs: number;
  /** Of the Stack Auth stand-in; the recorded project's by default. */
  stackSettings: Partial<ProjectSettings>;
  /** Aborts to give up while starting. */
  stop?: AbortSignal;
}

export interface LocalServices {
  /** Migrated. */
  databaseUrl: string;
  stack: StackProject;
  mailUrl: string;
  sessionSecret: string;
}

/** @throws {Refusal} while another process holds it */
export async function takeLocalDirectory(directory: string): Promise<AsyncDisposable> {
  const release = await lockLocalDirectory(directory);
  if (release) return { [Symbol.asyncDispose]: release };
  const holder = await localDirectoryHolder(directory);
  throw new Refusal(
    `Another instance is running on ${directory} (pid ${holder}). Stop it, or set LOCAL_DIR and PORT for this one.`,
  );
}

/** They run while `work` does. */
export async function withLocalServices<Result>(
  { directory, syncDelayMs, stackSettings, stop }: LocalServicesOptions,
  work: (services: LocalServices) => Promise<Result>,
): Promise<Result> {
  await using postgres = await startLocalPostgres(directory);
  await using _connections = { [Symbol.asyncDispose]: closeDatabases };
  const databaseUrl = postgres.urlFor("todos");
  stop?.throwIfAborted();
  await migrate(databaseUrl);

  const kept = localSettings(directory);
  await using stackServer = await openLoopbackServer(kept.stackPort);
  await using mailServer = await openLoopbackServer(kept.mailPort);
  keepLocalSettings(directory, { ...kept, stackPort: stackServer.port, mailPort: mailServer.port });
  const project: StackProject = {
    apiUrl: stackServer.origin,
    projectId: kept.stackProjectId,
    publishableClientKey: kept.stackPublishableClientKey,
    secretServerKey: kept.stackSecretServerKey,
  };

  const stack = connectDatabase(postgres.urlFor("stack"));
  const { handlers, mails } = await createStackStandIn({
    project,
    database: stack,
    settings: stackSettings,
    onUserEvent: () => sync.wake(),
  });
  await using sync = startNeonSync({ stack, app: connectDatabase(databaseUrl), delayMs: syncDelayMs });
  stackServer.answerWith(answerFromHandlers(handlers));
  mailServer.answerWith(answerWithMails(mails));

  stop?.throwIfAborted();
  return await work({
    databaseUrl,
    stack: project,
    mailUrl: `${mailServer.origin}/`,
    sessionSecret: kept.sessionSecret,
  });
}
