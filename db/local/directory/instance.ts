import { accessSync, constants, existsSync, mkdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { StackProject } from "#app/platform/environment.server.ts";
import { Refusal } from "#db/refusal.ts";
import { acquireLock, lockHolder, type Release } from "./lock.ts";

const instanceSchema = z.object({
  appUrl: z.string(),
  databaseUrl: z.string(),
  stackApiUrl: z.string(),
  stackProjectId: z.string(),
  stackPublishableClientKey: z.string(),
  stackSecretServerKey: z.string(),
  mailUrl: z.string(),
  pid: z.number(),
});

/** What `LOCAL_DIR/local.json` tells while the app answers. URLs have no trailing slash, but `mailUrl` has. */
export type LocalInstance = z.infer<typeof instanceSchema>;

/** `LOCAL_DIR/local.json`: there while the app answers; after a `kill -9` it is stale until the next start. */
export function instanceFile(directory: string): string {
  return join(directory, "local.json");
}

/**
 * Takes a directory for this process alone, creating it.
 * @param directory `LOCAL_DIR`
 * @returns what gives it back, or undefined while another process has it
 */
export async function lockLocalDirectory(directory: string): Promise<Release | undefined> {
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new Refusal(`LOCAL_DIR cannot be used: ${(error as Error).message}`);
  }
  return acquireLock(realpathSync(directory));
}

/** The process that has a directory; undefined when nobody has. */
export async function localDirectoryHolder(directory: string): Promise<number | undefined> {
  return existsSync(directory) ? lockHolder(realpathSync(directory)) : undefined;
}

/** The instance that runs on a directory and answers; undefined when there is none, or a killed one. */
export async function runningInstance(directory: string): Promise<LocalInstance | undefined> {
  const holder = await localDirectoryHolder(directory);
  if (holder === undefined || !existsSync(instanceFile(directory))) return undefined;
  const instance = instanceSchema.parse(JSON.parse(readFileSync(instanceFile(directory), "utf8")));
  return instance.pid === holder ? instance : undefined;
}

/** The Stack project that an instance's stand-in plays. */
export function localProject(instance: LocalInstance): StackProject {
  return {
    apiUrl: instance.stackApiUrl,
    projectId: instance.stackProjectId,
    publishableClientKey: instance.stackPublishableClientKey,
    secretServerKey: instance.stackSecretServerKey,
  };
}
