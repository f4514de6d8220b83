// `npm run db:snapshot -- <name> [--replace]` and `npm run db:restore -- <name>`

import { isNeonHost } from "#app/platform/hosts.ts";
import {
  requireSnapshotName,
  restoreSnapshot,
  snapshotNames,
  takeSnapshot,
} from "#db/local/databases/snapshots.ts";
import { Refusal } from "#db/refusal.ts";
import { runCommand } from "./run-command.ts";
import { openTarget, type Target } from "./target/database.ts";
import { takeTargetFlags } from "./target/flags.ts";

type Command = "snapshot" | "restore";

runCommand(async ([command, ...args]) => {
  if (command !== "snapshot" && command !== "restore") throw new Refusal(`Unknown command: ${command}`);
  const { flags, rest } = takeTargetFlags(args);
  const replace = command === "snapshot" && rest.includes("--replace");
  const [name, ...others] = replace ? rest.filter((arg) => arg !== "--replace") : rest;
  if (others.length > 0) throw new Refusal(`Unknown argument: ${others.join(" ")}`);
  if (name !== undefined) requireSnapshotName(name);

  await using target = await openTarget(flags, "alone");
  requireLocal(target, command, name);
  const names = await snapshotNames(target.url);
  const existing = names.length > 0 ? `Snapshots: ${names.join(", ")}.` : "There are no snapshots yet.";
  if (name === undefined) {
    throw new Refusal(`Name the snapshot: npm run db:${command} -- before-import\n${existing}`);
  }

  const start = performance.now();
  if (command === "snapshot") {
    if (names.includes(name) && !replace) {
      throw new Refusal(`Snapshot "${name}" already exists. Add --replace to replace it.`);
    }
    await takeSnapshot(target.url, name);
  } else {
    if (!names.includes(name)) throw new Refusal(`There is no snapshot "${name}". ${existing}`);
    await restoreSnapshot(target.url, name);
  }
  const took = `in ${((performance.now() - start) / 1000).toFixed(2)} s`;
  console.log(
    command === "snapshot"
      ? `Saved the database as snapshot "${name}" ${took}.`
      : `Restored the database from snapshot "${name}" ${took}.`,
  );
});

/** Prints Neon's own commands for a Neon host. @throws {Refusal} for a database that is not the local one */
function requireLocal({ url, isLocal }: Target, command: Command, name = "<name>"): void {
  if (isLocal) return;
  if (!isNeonHost(url)) {
    throw new Refusal(
      `db:${command} only works on the local database, and ${new URL(url).host} is configured. Add --local.`,
    );
  }
  console.log(neonCommands[command](name));
  throw new Refusal("Nothing was changed. On Neon, use the command above.");
}

/** @see https://neon.com/docs/reference/cli-branches */
const neonCommands: Record<Command, (name: string) => string> = {
  snapshot: (name) => `npx neonctl branches create --name ${name} --parent <branch> --no-compute`,
  restore: (name) =>
    [
      `npx neonctl branches restore <branch> ${name} --preserve-under-name <branch>-before-${name}`,
      "or, to a point in time:",
      "npx neonctl branches restore <branch> ^self@<timestamp> --preserve-under-name <branch>-before-restore",
    ].join("\n"),
};
