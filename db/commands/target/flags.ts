import { isLoopback } from "#app/platform/hosts.ts";
import { Refusal } from "#db/refusal.ts";

/** `--local` and `--remote`. */
export interface TargetFlags {
  local: boolean;
  remote: boolean;
}

/** Takes the flags that say which database is meant out of a command's arguments. */
export function takeTargetFlags(args: string[]): { flags: TargetFlags; rest: string[] } {
  return {
    flags: { local: args.includes("--local"), remote: args.includes("--remote") },
    rest: args.filter((arg) => arg !== "--local" && arg !== "--remote"),
  };
}

/**
 * The configured database, else the local one; when both could be meant, the flags decide.
 * @param configuredUrl of the environment or `.env`
 * @param localRuns whether a local instance answers under `LOCAL_DIR`
 * @param things what there are two of then, where the URL is not a database's
 * @throws {Refusal} when the flags are needed and missing, or ask for what is not there
 */
export function chooseTarget(
  configuredUrl: string | undefined,
  localRuns: boolean,
  { local, remote }: TargetFlags,
  things = "databases",
): "configured" | "local" {
  if (local && remote) throw new Refusal("Give --local or --remote, not both.");
  if (local) return "local";
  if (configuredUrl === undefined) {
    if (remote)
      throw new Refusal("--remote was given, and neither DATABASE_URL_UNPOOLED nor DATABASE_URL is set.");
    return "local";
  }
  if (localRuns && !remote) {
    throw new Refusal(
      `There are two ${things}: the configured one on ${new URL(configuredUrl).host}, and that of the local ` +
        "instance that is running. Say which one with --local or --remote.",
    );
  }
  return "configured";
}

/** @throws {Refusal} on a host that is not loopback, unless `--remote` says that it is meant */
export function requireRemoteFlag(command: string, { url }: { url: string }, { remote }: TargetFlags): void {
  if (isLoopback(url) || remote) return;
  throw new Refusal(`${new URL(url).hostname} is not this machine: ${command} needs --remote there.`);
}
