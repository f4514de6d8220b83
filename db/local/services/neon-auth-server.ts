import { z } from "zod";
import { connectDatabase } from "#app/db/database.server.ts";
import { statement } from "#app/db/statement.server.ts";
import { appDatabases, serviceDatabases } from "#db/local/databases/local-postgres.ts";
import { keepLocalSettings, localSettings } from "#db/local/directory/settings.ts";
import { migrate } from "#db/migrate.ts";
import { mailWithCode } from "#tests/mocks/stack/mail-texts.ts";
import { createMailTable, keepMail, keptMailsTo } from "#tests/mocks/stack/mails.ts";
import type { WithAuthServer } from "./auth-server.ts";
import { openBetterAuth } from "./better-auth.ts";
import { openLoopbackServer } from "./loopback-server.ts";

/** Better Auth, with its tables in the app's database, as Neon has them. */
export const withNeonAuthServer: WithAuthServer = async (postgres, options, work) => {
  const { directory, authSettings, appOrigin } = options;
  const database = appDatabases.neon;
  const databaseUrl = postgres.urlFor(database);
  const mails = connectDatabase(postgres.urlFor(serviceDatabases.neon));
  await mails.query(statement(z.never(), createMailTable));

  const kept = localSettings(directory);
  await using server = await openLoopbackServer(kept.neonAuthPort);
  keepLocalSettings(directory, { ...kept, neonAuthPort: server.port });
  const neonAuthUrl = `${server.origin}/${database}/auth`;
  await using betterAuth = await openBetterAuth({
    databaseUrl,
    baseUrl: neonAuthUrl,
    secret: kept.neonAuthSecret,
    settings: authSettings,
    ...(appOrigin && { appOrigin }),
    onMail: ({ to, purpose, link }) =>
      mails.query(keepMail({ to, ...mailWithCode(purpose, { link, typed: "" }, "Neon Auth") })),
  });
  // Better Auth's tables come first: the migrations build the bridge from them.
  await migrate(databaseUrl);
  server.answerWith((request) => betterAuth.answer(request));
  return await work({
    service: { neonAuthUrl },
    databaseUrl,
    mails: (to) => mails.query(keptMailsTo(to ?? null)),
  });
};
