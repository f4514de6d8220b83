import { getResponse, type RequestHandler } from "msw";
import { connectDatabase } from "#app/db/database.server.ts";
import type { StackProject } from "#app/platform/environment.server.ts";
import { appDatabases, serviceDatabases } from "#db/local/databases/local-postgres.ts";
import { keepLocalSettings, localSettings } from "#db/local/directory/settings.ts";
import { migrate } from "#db/migrate.ts";
import { createStackStandIn } from "#tests/mocks/stack/index.ts";
import type { WithAuthServer } from "./auth-server.ts";
import { type Answer, openLoopbackServer } from "./loopback-server.ts";
import { startNeonSync } from "./neon-sync.ts";

/** The stand-in for Stack Auth, and the one for Neon's sync. */
export const withStackServer: WithAuthServer = async (postgres, options, work) => {
  const { directory, syncDelayMs, authSettings } = options;
  const databaseUrl = postgres.urlFor(appDatabases.stack);
  await migrate(databaseUrl);

  const kept = localSettings(directory);
  await using server = await openLoopbackServer(kept.stackPort);
  keepLocalSettings(directory, { ...kept, stackPort: server.port });
  const project: StackProject = {
    apiUrl: server.origin,
    projectId: kept.stackProjectId,
    publishableClientKey: kept.stackPublishableClientKey,
    secretServerKey: kept.stackSecretServerKey,
  };
  const stack = connectDatabase(postgres.urlFor(serviceDatabases.stack));
  const { handlers, mails } = await createStackStandIn({
    project,
    database: stack,
    settings: authSettings,
    onUserEvent: () => sync.wake(),
  });
  await using sync = startNeonSync({ stack, app: connectDatabase(databaseUrl), delayMs: syncDelayMs });
  server.answerWith(answerFromHandlers(handlers));
  return await work({ service: { stack: project }, databaseUrl, mails });
};

export function answerFromHandlers(handlers: RequestHandler[]): Answer {
  return async (request) => {
    const { method, url } = request;
    const unknown = `The Stack Auth stand-in does not handle ${method} ${new URL(url).pathname}\n`;
    return (await getResponse(handlers, request)) ?? new Response(unknown, { status: 404 });
  };
}
