import { environment } from "#app/platform/environment.server.ts";
import { connectDatabase, type Database } from "./database.server.ts";

/** @param limitMs how long a query may take; 5 s by default */
export function database(limitMs?: number): Database {
  return connectDatabase(environment().databaseUrl, limitMs);
}
