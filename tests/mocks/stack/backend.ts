import type { Database } from "#app/db/database.server.ts";
import type { StackProject } from "#app/platform/environment.server.ts";
import type { ProjectSettings } from "./project-settings.ts";
import type { AccessTokens } from "./tokens.ts";

/** What the endpoints work with. */
export interface Backend {
  project: StackProject;
  /** Read these at each request, as they may change at any time. */
  settings: ProjectSettings;
  database: Database;
  accessTokens: AccessTokens;
  onUserEvent: () => void;
}
