import { closeDatabases } from "#app/db/database.server.ts";
import type { SignInService } from "#app/platform/environment.server.ts";
import { startLocalPostgres } from "#db/local/databases/local-postgres.ts";
import { localDirectoryHolder, lockLocalDirectory } from "#db/local/directory/instance.ts";
import { keepLocalSettings, localSettings } from "#db/local/directory/settings.ts";
import { Refusal } from "#db/refusal.ts";
import type { LocalServicesOptions } from "./auth-server.ts";
import { answerWithMails } from "./inbox.ts";
import { openLoopbackServer } from "./loopback-server.ts";

export interface LocalServices {
  /** Migrated. */
  databaseUrl: string;
  service: SignInService;
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
  options: LocalServicesOptions,
  work: (services: LocalServices) => Promise<Result>,
): Promise<Result> {
  const { directory, auth, stop } = options;
  const withAuthServer = await authServers[auth]();
  await using postgres = await startLocalPostgres(directory);
  await using _connections = { [Symbol.asyncDispose]: closeDatabases };
  stop?.throwIfAborted();

  const kept = localSettings(directory);
  await using mailServer = await openLoopbackServer(kept.mailPort);
  keepLocalSettings(directory, { ...kept, mailPort: mailServer.port });
  return await withAuthServer(postgres, options, async ({ service, databaseUrl, mails }) => {
    mailServer.answerWith(answerWithMails(mails));
    stop?.throwIfAborted();
    const mailUrl = `${mailServer.origin}/`;
    return await work({ databaseUrl, service, mailUrl, sessionSecret: kept.sessionSecret });
  });
}

/** Only what is chosen is loaded. */
const authServers = {
  stack: async () => (await import("./stack-server.ts")).withStackServer,
  neon: async () => (await import("./neon-auth-server.ts")).withNeonAuthServer,
};
