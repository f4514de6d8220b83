// `npm run db:seed [-- --local]`

import { setTimeout as delay } from "node:timers/promises";
import { connectDatabase } from "#app/db/database.server.ts";
import { configuredDatabaseUrl, loadDotEnv, readLocalSettings } from "#app/platform/environment.server.ts";
import { takeTurn } from "#db/local/databases/turn.ts";
import { localProject, runningInstance } from "#db/local/directory/instance.ts";
import { takeLocalDirectory, withLocalServices } from "#db/local/services/services.ts";
import { Refusal } from "#db/refusal.ts";
import { runCommand } from "./run-command.ts";
import { arrivedProfiles, insertSeedTodos, type SeedPlace, seedAccounts } from "./seed-data.ts";
import { chooseTarget, takeTargetFlags } from "./target/flags.ts";

/** What the sync may take beyond its own delay. */
const syncPatienceMs = 20_000;

runCommand(async (args) => {
  const { flags, rest } = takeTargetFlags(args);
  if (rest.length > 0) throw new Refusal(`Unknown argument: ${rest.join(" ")}`);
  loadDotEnv();
  const { directory, syncDelayMs, stackSettings } = readLocalSettings();
  const instance = await runningInstance(directory);
  if (flags.remote || chooseTarget(configuredDatabaseUrl(), instance !== undefined, flags) !== "local") {
    throw new Refusal(
      "db:seed creates accounts with public passwords, so it only fills the local database. If another one is " +
        "configured, add --local.",
    );
  }
  if (instance) {
    const stack = localProject(instance);
    return seed({ databaseUrl: instance.databaseUrl, stack }, syncDelayMs);
  }
  await using _directory = await takeLocalDirectory(directory);
  await withLocalServices({ directory, syncDelayMs: 0, stackSettings }, (services) => seed(services, 0));
});

async function seed({ databaseUrl, stack }: SeedPlace, syncDelayMs: number): Promise<void> {
  const { host, pathname } = new URL(databaseUrl);
  console.error(`Database ${pathname.slice(1)} on ${host} (local)`);
  await using _turn = await takeTurn(databaseUrl, "shared");
  const database = connectDatabase(databaseUrl);

  const accounts = await seedAccounts(stack);
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
