// `npm run db:sql -- "<statement>" [--json] [--local | --remote]`
import { Refusal } from "#db/local/refusal.ts";
import { asJson, asTable } from "./result-output.ts";
import { runCommand } from "./run-command.ts";
import { runStatement } from "./run-statement.ts";
import { isLoopback, openTarget, takeTargetFlags } from "./target.ts";

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
