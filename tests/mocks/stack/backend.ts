import type { Database } from "#app/db/database.server.ts";
import type { StackProject } from "#app/platform/environment.server.ts";
import type { ProjectSettings } from "./project-settings.ts";
import type { AccessTokens } from "./tokens.ts";

/** What the endpoints work with. */
export interface Backend {
  project: StackProject;
  /** They may change at any time: to be read when a request is answered. */
  settings: ProjectSettings;
  database: Database;
  accessTokens: AccessTokens;
  onUserEvent: () => void;
}
