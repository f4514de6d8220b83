import type { Database } from "#app/db/database.server.ts";
import type { StackProject } from "#app/environment.server.ts";
import type { AccessTokens } from "./tokens.ts";

/** What the endpoints work with. */
export interface Backend {
  project: StackProject;
  database: Database;
  accessTokens: AccessTokens;
  onUserEvent: () => void;
}
