import { environment } from "#app/platform/environment.server.ts";
import { connectDatabase, type Database } from "./database.server.ts";

let current: Database | undefined;

/** @param limitMs how long a query may take; 5 s by default */
export function database(limitMs?: number): Database {
  const { databaseUrl } = environment();
  if (limitMs !== undefined) return connectDatabase(databaseUrl, limitMs);
  current ??= connectDatabase(databaseUrl);
  return current;
}
