// `npm run dev` and `npm run local`.
import { fileURLToPath } from "node:url";
import {
  exemptLoopbackFromProxies,
  InvalidEnvironment,
  inheritedVariables,
  isStartedByNpm,
  loadDotEnv,
  readLocalSettings,
  withoutConfiguration,
} from "#app/platform/environment.server.ts";
import { Refusal } from "#db/refusal.ts";
import { listenForStop } from "./stop-signals.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

async function main(mode: string | undefined, stop: AbortSignal, hurry: AbortSignal): Promise<void> {
  if (mode !== "dev" && mode !== "local") throw new Refusal("Run `npm run dev` or `npm run local`.");
  if (mode === "dev") loadDotEnv();
  else exemptLoopbackFromProxies();
  const {
    port,
    directory,
    auth,
    syncDelayMs,
    authSettings,
    nodeEnv,
    databaseUrl,
    stackProjectId,
    neonAuthUrl,
  } = readLocalSettings();
  if (nodeEnv === "production") {
    throw new Refusal(`NODE_ENV is production. Use \`npm start\` instead of \`npm run ${mode}\`.`);
  }
  if (port === 0) throw new Refusal("PORT must be a number from 1 to 65535.");

  const variables = inheritedVariables();
  const service = neonAuthUrl ? "NEON_AUTH_BASE_URL" : stackProjectId && "STACK_PROJECT_ID";
  if (mode === "dev" && (databaseUrl || service)) {
    if (!databaseUrl || !service) {
      const [given, missing] = service
        ? [service, "DATABASE_URL"]
        : ["DATABASE_URL", "NEON_AUTH_BASE_URL or STACK_PROJECT_ID"];
      throw new Refusal(`${given} is set, but ${missing} is missing. Set both, or neither for local mode.`);
    }
    const { runConfigured } = await import("./configured-mode.ts");
    return runConfigured({ root, directory, port, variables, stop, hurry });
  }
  const ownVariables = withoutConfiguration(variables);
  // Loading takes half a second, and signals already count.
  const { runLocalMode } = await import("./local-mode.ts");
  stop.throwIfAborted();
  return runLocalMode({
    mode,
    root,
    directory,
    port,
    auth,
    syncDelayMs,
    authSettings,
    variables: ownVariables,
    stop,
    hurry,
  });
}

// If the reader of our output has gone, the database must still be stopped.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

const { stop, hurry } = listenForStop({ withParent: isStartedByNpm() });
try {
  await main(process.argv[2], stop, hurry);
} catch (error) {
  const isStopped = stop.aborted && (error as Error).name === "AbortError";
  if (!isStopped) {
    const isExpected = error instanceof Refusal || error instanceof InvalidEnvironment;
    console.error(isExpected ? error.message : error);
    process.exit(1);
  }
}
process.exit(0);
