// `npm run db:migrate`, `db:rollback`, `db:status` and `db:new`.

import { createMigration, migrate, printStatus, rollback } from "#db/migrate.ts";
import { Refusal } from "#db/refusal.ts";
import { runCommand } from "./run-command.ts";
import { openTarget } from "./target/database.ts";
import { requireRemoteFlag, takeTargetFlags } from "./target/flags.ts";

runCommand(async ([command, ...args]) => {
  const { flags, rest } = takeTargetFlags(args);
  if (command === "new") {
    if (!rest[0]) throw new Refusal("Give the migration a name: npm run db:new -- add_due_dates");
    return createMigration(rest.join("_"));
  }
  if (rest.length > 0) throw new Refusal(`db:${command} does not know "${rest.join(" ")}".`);

  await using target = await openTarget(flags);
  switch (command) {
    case "migrate":
      return await migrate(target.url);
    case "rollback":
      requireRemoteFlag("db:rollback", target, flags);
      return await rollback(target.url);
    case "status":
      return await printStatus(target.url);
    default:
      throw new Refusal(`There is no command "${command}".`);
  }
});
