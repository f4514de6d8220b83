import sql from "sql-template-tag";
import { z } from "zod";
import { database } from "#app/db/current.server.ts";
import { repeatable, statement } from "#app/db/statement.server.ts";
import { log, logOutage } from "#app/platform/log.server.ts";

export const lostTriggers =
  'The triggers on neon_auth."user" that keep neon_auth.users_sync are gone: was the table restored?';

/** Whether triggers on Neon Auth's own table keep the profiles; null where something else fills users_sync. */
export function profilesAreKept() {
  return statement(
    z.object({ isKept: z.boolean().nullable() }),
    sql`select users_sync_is_kept() as "isKept"`,
    repeatable,
  );
}

/** Never rejects. */
export async function warnOfLostTriggers(): Promise<void> {
  try {
    const [profiles] = await database().query(profilesAreKept());
    if (profiles?.isKept !== false) return;
    log.warn({ event: "triggers lost" }, `${lostTriggers} Run \`npm run db:migrate\`.`);
  } catch (error) {
    logOutage("Looking for the triggers that keep users_sync", error);
  }
}
