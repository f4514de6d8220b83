import { environment } from "#app/platform/environment.server.ts";
import { connectDatabase, type Database } from "./database.server.ts";

let current: Database | undefined;

export function database(): Database {
  current ??= connectDatabase(environment().databaseUrl);
  return current;
}
