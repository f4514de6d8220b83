import { mkdirSync } from "node:fs";
import type { Variables } from "#app/platform/environment.server.ts";
import { developmentServer, startApp, untilEnded, untilLive } from "./app-process.ts";
import { localSettings } from "./directory/settings.ts";
import { requireFreePort } from "./port.ts";

interface ConfiguredModeOptions {
  root: string;
  /** `LOCAL_DIR`, which keeps a session secret when none is configured. */
  directory: string;
  port: number;
  variables: Variables;
  stop: AbortSignal;
  hurry: AbortSignal;
}

/** @throws {Refusal} when the port is taken, or the app ends by itself */
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
  console.log(
    `The app is running on ${configured.APP_ORIGIN} with the configured database. Press Ctrl-C to stop.`,
  );
  await untilEnded(app, stop);
}
