import {
  configuredDatabaseUrl,
  configuredService,
  loadDotEnv,
  readLocalSettings,
  type StackProject,
} from "#app/platform/environment.server.ts";
import { runningInstance, serviceOf } from "#db/local/directory/instance.ts";
import { Refusal } from "#db/refusal.ts";
import { chooseTarget, type TargetFlags } from "./flags.ts";

interface StackTarget {
  project: StackProject;
  /** Whether it is the stand-in of a local instance. */
  isLocal: boolean;
}

/**
 * Finds the Stack project that a command works on, and prints it and its host on stderr: the configured one, else
 * that of the running local instance.
 * @throws {Refusal} also when one is configured, a local instance is running, and no flag says which is meant
 * @throws {InvalidEnvironment}
 */
export async function chooseStackProject(flags: TargetFlags): Promise<StackTarget> {
  loadDotEnv();
  const { directory } = readLocalSettings();
  const instance = await runningInstance(directory);
  // With --local the configuration may be unfinished.
  const service = flags.local ? undefined : configuredService();
  const configured = service?.stack;
  if (service?.neonAuthUrl) {
    throw new Refusal(
      "NEON_AUTH_BASE_URL is set. Neon Auth takes no changes of roles from here: in Neon's console, under Auth and Users, " +
        "choose “Make admin” in the menu beside the user. It takes effect at once.",
    );
  }
  const databaseUrl = flags.local ? undefined : configuredDatabaseUrl();
  if (flags.remote && !flags.local && !configured) throw new Refusal(`--remote was given, but ${noneIsSet}.`);
  const choice = configured
    ? chooseTarget(configured.apiUrl, instance !== undefined, flags, "Stack projects")
    : chooseTarget(databaseUrl, instance !== undefined, flags);

  const project = choice === "configured" ? configured : instance && serviceOf(instance).stack;
  if (!project) {
    throw new Refusal(
      choice === "configured"
        ? `A database is configured, but no Stack project: ${noneIsSet}.`
        : `There is no Stack project: ${flags.local ? "--local was given" : noneIsSet}, and no local instance is ` +
            `running on ${directory}. Start one with \`npm run dev\`.`,
    );
  }
  console.error(`Stack project ${project.projectId} on ${new URL(project.apiUrl).host} (${choice})`);
  return { project, isLocal: choice === "local" };
}

const noneIsSet = "none of STACK_PROJECT_ID, STACK_PUBLISHABLE_CLIENT_KEY and STACK_SECRET_SERVER_KEY is set";
