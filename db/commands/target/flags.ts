import { isLoopback } from "#app/platform/hosts.ts";
import { Refusal } from "#db/refusal.ts";

export interface TargetFlags {
  local: boolean;
  remote: boolean;
}

/** Takes `--local` and `--remote` out of a command's arguments. */
export function takeTargetFlags(args: string[]): { flags: TargetFlags; rest: string[] } {
  return {
    flags: { local: args.includes("--local"), remote: args.includes("--remote") },
    rest: args.filter((arg) => arg !== "--local" && arg !== "--remote"),
  };
}

/**
 * The configured database, else the local one. When both exist, the flags decide.
 * @param things what the URL names
 * @throws {Refusal} when a flag is missing, or asks for something that is not there
 */
export function chooseTarget(
  configuredUrl: string | undefined,
  localRuns: boolean,
  { local, remote }: TargetFlags,
  things = "databases",
): "configured" | "local" {
  if (local && remote) throw new Refusal("Give either --local or --remote, not both.");
  if (local) return "local";
  if (configuredUrl === undefined) {
    if (remote)
      throw new Refusal("--remote was given, but neither DATABASE_URL_UNPOOLED nor DATABASE_URL is set.");
    return "local";
  }
  if (localRuns && !remote) {
    throw new Refusal(
      `There are two ${things}: the configured one on ${new URL(configuredUrl).host}, and the one of the running ` +
        "local instance. Choose with --local or --remote.",
    );
  }
  return "configured";
}

/** @throws {Refusal} when the host is another machine and `--remote` is missing */
export function requireRemoteFlag(command: string, { url }: { url: string }, { remote }: TargetFlags): void {
  if (isLoopback(url) || remote) return;
  throw new Refusal(`${new URL(url).hostname} is not this machine. To run ${command} there, add --remote.`);
}
