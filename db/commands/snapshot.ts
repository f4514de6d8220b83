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
  if (command !== "snapshot" && command !== "restore") throw new Refusal(`There is no command "${command}".`);
  const { flags, rest } = takeTargetFlags(args);
  const replace = command === "snapshot" && rest.includes("--replace");
  const [name, ...others] = replace ? rest.filter((arg) => arg !== "--replace") : rest;
  if (others.length > 0) throw new Refusal(`db:${command} does not know "${others.join(" ")}".`);
  if (name !== undefined) requireSnapshotName(name);

  await using target = await openTarget(flags, "alone");
  requireLocal(target, command, name);
  const names = await snapshotNames(target.url);
  const existing = names.length > 0 ? `There are: ${names.join(", ")}.` : "There are no snapshots yet.";
  if (name === undefined) {
    throw new Refusal(`Name the snapshot: npm run db:${command} -- before-import\n${existing}`);
  }

  const start = performance.now();
  if (command === "snapshot") {
    if (names.includes(name) && !replace) {
      throw new Refusal(`There is a snapshot "${name}" already: --replace puts a new one in its place.`);
    }
    await takeSnapshot(target.url, name);
  } else {
    if (!names.includes(name)) throw new Refusal(`There is no snapshot "${name}". ${existing}`);
    await restoreSnapshot(target.url, name);
  }
  const took = `in ${((performance.now() - start) / 1000).toFixed(2)} s`;
  console.log(
    command === "snapshot"
      ? `The database was kept as snapshot "${name}" ${took}.`
      : `The database is as it was in snapshot "${name}" again: restored ${took}.`,
  );
});

/** @throws {Refusal} for a database that is not the local one; on Neon's hosts, with Neon's commands printed */
function requireLocal({ url, isLocal }: Target, command: Command, name = "<name>"): void {
  if (isLocal) return;
  if (!isNeonHost(url)) {
    throw new Refusal(
      `db:${command} is for the database of local mode, and ${new URL(url).host} is another one. --local takes it.`,
    );
  }
  console.log(neonCommands[command](name));
  throw new Refusal("Nothing was changed: this database is Neon's, where Neon's own commands do that.");
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
