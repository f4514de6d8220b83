import { rmSync } from "node:fs";
import { type SignInService, serviceVariables, type Variables } from "#app/platform/environment.server.ts";
import { developmentServer, productionServer, startApp, untilEnded, untilLive } from "./app-process.ts";
import { buildWhenStale } from "./build.ts";
import { instanceFile, type LocalInstance, serviceEntries } from "./directory/instance.ts";
import { writePrivately } from "./directory/private-file.ts";
import { requireFreePort } from "./port.ts";
import type { LocalServicesOptions } from "./services/auth-server.ts";
import { type LocalServices, takeLocalDirectory, withLocalServices } from "./services/services.ts";

interface LocalModeOptions extends LocalServicesOptions {
  mode: "dev" | "local";
  root: string;
  port: number;
  /** What the app inherits. Local mode's own configuration overrides it. */
  variables: Variables;
  stop: AbortSignal;
  /** Aborts to stop without waiting. */
  hurry: AbortSignal;
}

/** @throws {Refusal} when something does not start, or the app ends by itself */
export async function runLocalMode(options: LocalModeOptions): Promise<void> {
  const { mode, root, directory, port, stop, hurry } = options;
  await using _directory = await takeLocalDirectory(directory);
  // A killed process may have left a file with stale URLs.
  rmSync(instanceFile(directory), { force: true });
  await requireFreePort(port, stop);
  if (mode === "local") await buildWhenStale(root, options.variables, stop);

  await withLocalServices({ ...options, appOrigin: appOrigin(options) }, async (services) => {
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
  const { databaseUrl, service, sessionSecret } = services;
  return {
    SESSION_SECRET: sessionSecret,
    ...variables,
    NODE_ENV: mode === "dev" ? "development" : "production",
    PORT: String(port),
    HOST: "127.0.0.1",
    APP_ORIGIN: appOrigin(options),
    DATABASE_URL: databaseUrl,
    ...variablesOf(service),
  };
}

function variablesOf({ stack, neonAuthUrl }: SignInService): Variables {
  if (stack) {
    return {
      STACK_API_URL: stack.apiUrl,
      STACK_PROJECT_ID: stack.projectId,
      STACK_PUBLISHABLE_CLIENT_KEY: stack.publishableClientKey,
      STACK_SECRET_SERVER_KEY: stack.secretServerKey,
    };
  }
  // Blank: in development, Vite fills in from `.env` what is not there, and users sign in at only one of the two.
  const names = [...serviceVariables, "STACK_API_URL", "STACK_WEBHOOK_SECRET"];
  const blank = names.map((name) => [name, ""]);
  return { ...Object.fromEntries(blank), NEON_AUTH_BASE_URL: neonAuthUrl };
}

/** Until it is disposed. */
function announce(
  { databaseUrl, service, mailUrl }: LocalServices,
  options: LocalModeOptions,
): AsyncDisposable {
  const instance = {
    appUrl: appOrigin(options),
    databaseUrl,
    ...serviceEntries(service),
    mailUrl,
    pid: process.pid,
  } satisfies LocalInstance;
  const path = instanceFile(options.directory);
  writePrivately(path, `${JSON.stringify(instance, null, 2)}\n`);
  console.log(`\nThe app is running. Press Ctrl-C to stop. These URLs are also in ${path}:\n`);
  for (const [name, value] of Object.entries(instance)) console.log(`  ${name.padEnd(26)}${value}`);
  console.log();
  return {
    async [Symbol.asyncDispose]() {
      rmSync(path, { force: true });
    },
  };
}
