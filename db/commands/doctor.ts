// `npm run doctor`

import { closeDatabases } from "#app/db/database.server.ts";
import { InvalidEnvironment, loadDotEnv, readEnvironment } from "#app/platform/environment.server.ts";
import { checkDatabase } from "./doctor/database.ts";
import type { Finding } from "./doctor/finding.ts";
import { checkNeonAuth } from "./doctor/neon-auth.ts";
import { checkStack } from "./doctor/stack.ts";
import { runCommand } from "./run-command.ts";

const marks = { good: "ok  ", warning: "note", bad: "FIX " };

runCommand(async () => {
  loadDotEnv();
  let isBad = false;
  for await (const { outcome, text, fix } of findings()) {
    console.log(`${marks[outcome]}  ${text}`);
    if (fix) console.log(`      ${fix}`);
    isBad ||= outcome === "bad";
  }
  await closeDatabases();
  if (isBad) process.exitCode = 1;
});

async function* findings(): AsyncGenerator<Finding> {
  try {
    const environment = readEnvironment();
    yield { outcome: "good", text: "The configuration is complete." };
    yield* checkDatabase(environment);
    yield* environment.neonAuthUrl === undefined ? checkStack(environment) : checkNeonAuth(environment);
  } catch (error) {
    if (!(error instanceof InvalidEnvironment)) throw error;
    for (const problem of error.problems) yield { outcome: "bad", text: problem };
    yield {
      outcome: "warning",
      text: "Nothing else was checked.",
      fix: "`.env.example` explains each variable. Local mode (`npm run dev`) needs none of them.",
    };
  }
}
