import {
  configuredDatabaseUrl,
  configuredService,
  loadDotEnv,
  readLocalSettings,
  type StackProject,
  serviceVariables,
} from "#app/platform/environment.server.ts";
import { runningInstance, serviceOf } from "#db/local/directory/instance.ts";
import { Refusal } from "#db/refusal.ts";
import { chooseTarget, type TargetFlags } from "./flags.ts";

/** Where a command finds users: at Stack, or in the database of Neon Auth. */
export type UsersTarget = ({ stack: StackProject } | { stack?: undefined; databaseUrl: string }) & {
  /** Whether they are those of a local instance. */
  isLocal: boolean;
};

/**
 * Finds the users that a command works on, and prints on stderr where: where the configuration says, else at the running
 * local instance.
 * @throws {Refusal} also when one is configured, a local instance is running, and no flag says which is meant
 * @throws {InvalidEnvironment}
 */
export async function chooseUsers(flags: TargetFlags): Promise<UsersTarget> {
  loadDotEnv();
  const { directory } = readLocalSettings();
  const instance = await runningInstance(directory);
  // With --local the configuration may be unfinished.
  const configured = flags.local ? undefined : configuredService();
  const configuredUrl = flags.local ? undefined : configuredDatabaseUrl();
  if (flags.remote && !flags.local && !configured) throw new Refusal(`--remote was given, but ${noneIsSet}.`);
  if (configured?.neonAuthUrl && !configuredUrl)
    throw new Refusal("NEON_AUTH_BASE_URL is set, but DATABASE_URL is missing.");
  const running = instance && serviceOf(instance);
  const things = running?.stack ? "Stack projects" : "places with users";
  const choice = configured?.stack
    ? chooseTarget(configured.stack.apiUrl, instance !== undefined, flags, things)
    : chooseTarget(configuredUrl, instance !== undefined, flags);

  const service = choice === "configured" ? configured : running;
  if (!service) {
    throw new Refusal(
      choice === "configured"
        ? `A database is configured, but no Neon Auth and no Stack project: ${noneIsSet}.`
        : `There is no Stack project and no Neon Auth: ${flags.local ? "--local was given" : noneIsSet}, and no local instance is ` +
            `running on ${directory}. Start one with \`npm run dev\`.`,
    );
  }
  const isLocal = choice === "local";
  if (service.stack) {
    console.error(
      `Stack project ${service.stack.projectId} on ${new URL(service.stack.apiUrl).host} (${choice})`,
    );
    return { stack: service.stack, isLocal };
  }
  const databaseUrl = (isLocal ? instance?.databaseUrl : configuredUrl) ?? "";
  const { host, pathname } = new URL(databaseUrl);
  console.error(`Database ${pathname.slice(1)} on ${host} (${choice})`);
  return { databaseUrl, isLocal };
}

const noneIsSet = `none of ${serviceVariables.join(", ")} is set`;
