// `npm run db:seed [-- --local]`

import { setTimeout as delay } from "node:timers/promises";
import { createAccount } from "#app/auth/stack/users.server.ts";
import { connectDatabase } from "#app/db/database.server.ts";
import {
  configuredDatabaseUrl,
  loadDotEnv,
  readLocalSettings,
  type SignInService,
} from "#app/platform/environment.server.ts";
import { takeTurn } from "#db/local/databases/turn.ts";
import { runningInstance, serviceOf } from "#db/local/directory/instance.ts";
import { localSettings } from "#db/local/directory/settings.ts";
import { takeLocalDirectory, withLocalServices } from "#db/local/services/services.ts";
import { Refusal } from "#db/refusal.ts";
import { runCommand } from "./run-command.ts";
import { arrivedProfiles, insertSeedTodos, type SeedAccount, seedAccounts } from "./seed-data.ts";
import { chooseTarget, takeTargetFlags } from "./target/flags.ts";

/** What the sync may take beyond its own delay. */
const syncPatienceMs = 20_000;

runCommand(async (args) => {
  const { flags, rest } = takeTargetFlags(args);
  if (rest.length > 0) throw new Refusal(`Unknown argument: ${rest.join(" ")}`);
  loadDotEnv();
  const { directory, auth, syncDelayMs, authSettings } = readLocalSettings();
  const instance = await runningInstance(directory);
  if (flags.remote || chooseTarget(configuredDatabaseUrl(), instance !== undefined, flags) !== "local") {
    throw new Refusal(
      "db:seed creates accounts with public passwords, so it only fills the local database. If another one is " +
        "configured, add --local.",
    );
  }
  if (instance) {
    const { databaseUrl } = instance;
    return seed({ directory, databaseUrl, service: serviceOf(instance) }, syncDelayMs);
  }
  await using _directory = await takeLocalDirectory(directory);
  await withLocalServices({ directory, auth, syncDelayMs: 0, authSettings }, (services) =>
    seed({ directory, ...services }, 0),
  );
});

interface SeedPlace {
  /** `LOCAL_DIR` */
  directory: string;
  databaseUrl: string;
  service: SignInService;
}

async function seed(place: SeedPlace, syncDelayMs: number): Promise<void> {
  const { databaseUrl } = place;
  const { host, pathname } = new URL(databaseUrl);
  console.error(`Database ${pathname.slice(1)} on ${host} (local)`);
  await using _turn = await takeTurn(databaseUrl, "shared");
  const database = connectDatabase(databaseUrl);

  const accounts = await createAccounts(place);
  const deadline = Date.now() + syncDelayMs + syncPatienceMs;
  while ((await database.query(arrivedProfiles())).length < accounts.length) {
    if (Date.now() > deadline)
      throw new Refusal("The accounts were created, but the sync did not write their profiles.");
    await delay(100);
  }
  const todos = await database.query(insertSeedTodos());

  for (const { email, password, isNew } of accounts) {
    const note = isNew ? "" : "  (existed already, perhaps with another password)";
    console.log(`${email.padEnd(20)}${password}${note}`);
  }
  console.log(todos.length === 0 ? "They already have todos." : `They have ${todos.length} todos.`);
}

async function createAccounts({ directory, databaseUrl, service }: SeedPlace) {
  const { stack, neonAuthUrl } = service;
  if (stack) {
    return seedAccounts(async ({ isAdmin, ...account }: SeedAccount) => {
      const metadata = isAdmin && { serverMetadata: { role: "admin" } };
      return (await createAccount(stack, { ...account, ...metadata })) !== undefined;
    });
  }
  const { openBetterAuth } = await import("#db/local/services/better-auth.ts");
  // Past the server that is running, where a sign-up may be switched off, and sends an email.
  const secret = localSettings(directory).neonAuthSecret;
  await using betterAuth = await openBetterAuth({ databaseUrl, baseUrl: neonAuthUrl, secret });
  return await seedAccounts((account) => betterAuth.createUser(account));
}
