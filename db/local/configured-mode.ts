import { mkdirSync } from "node:fs";
import type { Variables } from "#app/platform/environment.server.ts";
import { developmentServer, startApp, untilEnded, untilLive } from "./app-process.ts";
import { localSettings } from "./directory/settings.ts";
import { requireFreePort } from "./port.ts";

export interface ConfiguredModeOptions {
  /** The project's directory. */
  root: string;
  /** `LOCAL_DIR`, which keeps a session secret for those who have none. */
  directory: string;
  port: number;
  variables: Variables;
  stop: AbortSignal;
  hurry: AbortSignal;
}

/**
 * Runs the app with hot reload against the database and the Stack project that are configured, until
 * `stop` aborts.
 * @throws {Refusal} when the port is taken, or the app ends by itself
 */
export async function runConfigured(options: ConfiguredModeOptions): Promise<void> {
  const { root, directory, port, variables, stop, hurry } = options;
  await requireFreePort(port, stop);
  mkdirSync(directory, { recursive: true });
  const configured = {
    APP_ORIGIN: `http://localhost:${port}`,
    SESSION_SECRET: localSettings(directory).sessionSecret,
    ...variables,
    PORT: String(port),
    NODE_ENV: "development",
  };
  await using app = startApp(developmentServer(port), root, configured, hurry);
  await untilLive(app, port, stop);
  console.log(`The app answers on ${configured.APP_ORIGIN}, with the configured database. Ctrl-C stops it.`);
  await untilEnded(app, stop);
}
