import { rmSync } from "node:fs";
import type { Variables } from "#app/platform/environment.server.ts";
import { developmentServer, productionServer, startApp, untilEnded, untilLive } from "./app-process.ts";
import { buildWhenStale } from "./build.ts";
import { instanceFile, type LocalInstance } from "./directory/instance.ts";
import { writePrivately } from "./directory/private-file.ts";
import { requireFreePort } from "./port.ts";
import {
  type LocalServices,
  type LocalServicesOptions,
  takeLocalDirectory,
  withLocalServices,
} from "./services/services.ts";

export interface LocalModeOptions extends LocalServicesOptions {
  mode: "dev" | "local";
  /** The project's directory. */
  root: string;
  port: number;
  /** What the app inherits; local mode's own configuration goes over it. */
  variables: Variables;
  /** Aborts when everything is to be stopped. */
  stop: AbortSignal;
  /** Aborts when that is to be fast. */
  hurry: AbortSignal;
}

/**
 * Runs the app with a database and a Stack Auth of its own until `stop` aborts, then stops it all, in the
 * reverse order of its start.
 * @throws {Refusal} when something cannot be started, or the app ends by itself
 */
export async function runLocalMode(options: LocalModeOptions): Promise<void> {
  const { mode, root, directory, port, stop, hurry } = options;
  await using _directory = await takeLocalDirectory(directory);
  // What a killed process left would tell wrong things to whoever waits for the file.
  rmSync(instanceFile(directory), { force: true });
  await requireFreePort(port, stop);
  if (mode === "local") await buildWhenStale(root, options.variables, stop);

  await withLocalServices(options, async (services) => {
    await using app = startApp(
      mode === "dev" ? developmentServer(port) : productionServer,
      root,
      appVariables(options, services),
      hurry,
    );
    await untilLive(app, port, stop);
    await using _announcement = announce(services, options);
    await untilEnded(app, stop);
  });
}

function appOrigin({ port }: LocalModeOptions): string {
  return `http://localhost:${port}`;
}

function appVariables(options: LocalModeOptions, services: LocalServices): Variables {
  const { mode, port, variables } = options;
  const { databaseUrl, stack, sessionSecret } = services;
  return {
    SESSION_SECRET: sessionSecret,
    ...variables,
    NODE_ENV: mode === "dev" ? "development" : "production",
    PORT: String(port),
    HOST: "127.0.0.1",
    APP_ORIGIN: appOrigin(options),
    DATABASE_URL: databaseUrl,
    STACK_API_URL: stack.apiUrl,
    STACK_PROJECT_ID: stack.projectId,
    STACK_PUBLISHABLE_CLIENT_KEY: stack.publishableClientKey,
    STACK_SECRET_SERVER_KEY: stack.secretServerKey,
  };
}

/** Tells scripts and people where everything is, as long as it is there. */
function announce(
  { databaseUrl, stack, mailUrl }: LocalServices,
  options: LocalModeOptions,
): AsyncDisposable {
  const instance: LocalInstance = {
    appUrl: appOrigin(options),
    databaseUrl,
    stackApiUrl: stack.apiUrl,
    stackProjectId: stack.projectId,
    stackPublishableClientKey: stack.publishableClientKey,
    stackSecretServerKey: stack.secretServerKey,
    mailUrl,
    pid: process.pid,
  };
  const path = instanceFile(options.directory);
  writePrivately(path, `${JSON.stringify(instance, null, 2)}\n`);
  console.log(`\nThe app answers. Ctrl-C stops it all. The same is in ${path}:\n`);
  for (const [name, value] of Object.entries(instance)) console.log(`  ${name.padEnd(26)}${value}`);
  console.log();
  return {
    async [Symbol.asyncDispose]() {
      rmSync(path, { force: true });
    },
  };
}
