import { accessSync, constants, existsSync, mkdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { SignInService } from "#app/platform/environment.server.ts";
import { Refusal } from "#db/refusal.ts";
import { acquireLock, lockHolder, type Release } from "./lock.ts";

const commonSchema = z.object({
  appUrl: z.string(),
  databaseUrl: z.string(),
  mailUrl: z.string(),
  pid: z.number(),
});
const stackInstanceSchema = commonSchema.extend({
  stackApiUrl: z.string(),
  stackProjectId: z.string(),
  stackPublishableClientKey: z.string(),
  stackSecretServerKey: z.string(),
});
const neonInstanceSchema = commonSchema.extend({ neonAuthUrl: z.string() });
const instanceSchema = z.union([stackInstanceSchema, neonInstanceSchema]);

/** With the stand-in for Stack Auth. */
export type StackInstance = z.infer<typeof stackInstanceSchema>;
/** With `LOCAL_AUTH=neon`. */
export type NeonInstance = z.infer<typeof neonInstanceSchema>;
/** What `LOCAL_DIR/local.json` holds. Only `mailUrl` has a trailing slash. */
export type LocalInstance = StackInstance | NeonInstance;

/** Exists while the app is running; after a `kill -9` it is stale until the next start. */
export function instanceFile(directory: string): string {
  return join(directory, "local.json");
}

/** Creates a directory if needed. @returns undefined while another process holds it */
export async function lockLocalDirectory(directory: string): Promise<Release | undefined> {
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new Refusal(`Cannot use LOCAL_DIR: ${(error as Error).message}`);
  }
  return acquireLock(realpathSync(directory));
}

export async function localDirectoryHolder(directory: string): Promise<number | undefined> {
  return existsSync(directory) ? lockHolder(realpathSync(directory)) : undefined;
}

export async function runningInstance(directory: string): Promise<LocalInstance | undefined> {
  const holder = await localDirectoryHolder(directory);
  if (holder === undefined || !existsSync(instanceFile(directory))) return undefined;
  const instance = instanceSchema.parse(JSON.parse(readFileSync(instanceFile(directory), "utf8")));
  return instance.pid === holder ? instance : undefined;
}

/** Where its users sign in. */
export function serviceOf(instance: LocalInstance): SignInService {
  if ("neonAuthUrl" in instance) return { neonAuthUrl: instance.neonAuthUrl };
  return {
    stack: {
      apiUrl: instance.stackApiUrl,
      projectId: instance.stackProjectId,
      publishableClientKey: instance.stackPublishableClientKey,
      secretServerKey: instance.stackSecretServerKey,
    },
  };
}

/** What `local.json` says of where users sign in. */
export function serviceEntries({ stack, neonAuthUrl }: SignInService) {
  if (!stack) return { neonAuthUrl };
  return {
    stackApiUrl: stack.apiUrl,
    stackProjectId: stack.projectId,
    stackPublishableClientKey: stack.publishableClientKey,
    stackSecretServerKey: stack.secretServerKey,
  };
}
