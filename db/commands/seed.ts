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

/** What the sync takes beyond its own delay. */
const syncPatienceMs = 20_000;

runCommand(async (args) => {
  const { flags, rest } = takeTargetFlags(args);
  if (rest.length > 0) throw new Refusal(`db:seed does not know "${rest.join(" ")}".`);
  loadDotEnv();
  const { directory, syncDelayMs, stackSettings } = readLocalSettings();
  const instance = await runningInstance(directory);
  if (flags.remote || chooseTarget(configuredDatabaseUrl(), instance !== undefined, flags) !== "local") {
    throw new Refusal(
      "db:seed makes accounts whose passwords anybody can read here, so it fills the local database alone. " +
        "Where another one is configured, say --local.",
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
    if (Date.now() > deadline) throw new Refusal("The accounts are made, but the sync does not bring them.");
    await delay(100);
  }
  const todos = await database.query(insertSeedTodos());

  for (const { email, password, isNew } of accounts) {
    const note = isNew ? "" : "  (was there already, perhaps with another password)";
    console.log(`${email.padEnd(20)}${password}${note}`);
  }
  console.log(todos.length === 0 ? "They have todos already." : `They have ${todos.length} todos.`);
}
