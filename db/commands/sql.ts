// `npm run db:sql -- "<statement>" [--json] [--local | --remote]`

import { isLoopback } from "#app/platform/hosts.ts";
import { Refusal } from "#db/refusal.ts";
import { runCommand } from "./run-command.ts";
import { asJson, asTable } from "./sql/result-output.ts";
import { runStatement } from "./sql/run-statement.ts";
import { openTarget } from "./target/database.ts";
import { takeTargetFlags } from "./target/flags.ts";

runCommand(async (args) => {
  const { flags, rest } = takeTargetFlags(args);
  const json = rest.includes("--json");
  const [text, ...others] = rest.filter((arg) => arg !== "--json");
  if (!text?.trim() || others.length > 0) {
    throw new Refusal(
      'Give one statement, in quotes: npm run db:sql -- "select count(*) from todos" [--json]',
    );
  }
  await using target = await openTarget(flags);
  const result = await runStatement(target.url, text, {
    readOnly: !isLoopback(target.url) && !flags.remote,
    values: json ? "json" : "text",
  });
  console.log(json ? asJson(result) : asTable(result));
});
