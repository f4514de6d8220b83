import {
  configuredDatabaseUrl,
  configuredStackProject,
  loadDotEnv,
  readLocalSettings,
  type StackProject,
} from "#app/platform/environment.server.ts";
import { localProject, runningInstance } from "#db/local/directory/instance.ts";
import { Refusal } from "#db/refusal.ts";
import { chooseTarget, type TargetFlags } from "./flags.ts";

/** The Stack project that a command works on. */
export interface StackTarget {
  project: StackProject;
  /** Whether it is the stand-in of a local instance. */
  isLocal: boolean;
}

/**
 * Finds the Stack project that a command works on, and names it and its host on stderr: the configured one, else
 * that of the local instance, which has to run.
 * @throws {Refusal} also when both are there, or a configured database and a local instance, and no flag says which
 * @throws {InvalidEnvironment}
 */
export async function chooseStackProject(flags: TargetFlags): Promise<StackTarget> {
  loadDotEnv();
  const { directory } = readLocalSettings();
  const instance = await runningInstance(directory);
  // --local is there for those whose configuration is in the way; it may be unfinished.
  const configured = flags.local ? undefined : configuredStackProject();
  const databaseUrl = flags.local ? undefined : configuredDatabaseUrl();
  if (flags.remote && !flags.local && !configured) throw new Refusal(`--remote was given, and ${noneIsSet}.`);
  const choice = configured
    ? chooseTarget(configured.apiUrl, instance !== undefined, flags, "Stack projects")
    : chooseTarget(databaseUrl, instance !== undefined, flags);

  const project = choice === "configured" ? configured : instance && localProject(instance);
  if (!project) {
    throw new Refusal(
      choice === "configured"
        ? `A database is configured, but no Stack project: ${noneIsSet}.`
        : `There is no Stack project: ${flags.local ? "--local was given" : noneIsSet}, and no local instance runs ` +
            `on ${directory}. \`npm run dev\` starts one.`,
    );
  }
  console.error(`Stack project ${project.projectId} on ${new URL(project.apiUrl).host} (${choice})`);
  return { project, isLocal: choice === "local" };
}

const noneIsSet = "none of STACK_PROJECT_ID, STACK_PUBLISHABLE_CLIENT_KEY and STACK_SECRET_SERVER_KEY is set";
