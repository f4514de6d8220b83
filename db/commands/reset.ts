// `npm run local:reset`
import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { loadDotEnv, readLocalSettings } from "#app/platform/environment.server.ts";
import { postgresDirectory } from "#db/local/databases/local-postgres.ts";
import { localDirectoryHolder, lockLocalDirectory } from "#db/local/directory/instance.ts";
import { temporaryHome } from "#db/local/postgres/home.ts";
import { runningPostgres } from "#db/local/postgres/server.ts";
import { Refusal } from "#db/refusal.ts";
import { runCommand } from "./run-command.ts";

runCommand(async () => {
  loadDotEnv();
  const { directory } = readLocalSettings();
  // Not the whole directory, which is whatever LOCAL_DIR says: only what local mode writes there.
  const postgres = postgresDirectory(directory);
  const written = [
    postgres,
    temporaryHome(postgres),
    join(directory, "settings.json"),
    join(directory, "local.json"),
  ];
  const paths = written.filter((path) => existsSync(path));
  if (paths.length === 0) return console.log(`There is no local data in ${directory}.`);

  const release = await lockLocalDirectory(directory);
  if (!release) {
    throw new Refusal(
      `An instance is running on ${directory} (pid ${await localDirectoryHolder(directory)}): stop it first.`,
    );
  }
  try {
    console.log(
      `Removing the local data, with all todos and users:\n${paths.map((path) => `  ${path}`).join("\n")}`,
    );
    await (await runningPostgres(postgres))?.stop();
    for (const path of paths) rmSync(path, { recursive: true, force: true });
    if (readdirSync(directory).length === 0) rmdirSync(directory);
  } finally {
    await release();
  }
});
