import type { AccessToken } from "#app/auth/provider/auth-provider.ts";
import { readUser } from "#app/auth/stack/users.server.ts";
import { database } from "#app/db/current.server.ts";
import { environment } from "#app/platform/environment.server.ts";
import { logOutage } from "#app/platform/log.server.ts";
import { profileDisagrees, storeProfileAgain } from "./stored-profiles.server.ts";

/** A user who signs in waits for two queries at most, and for Stack in between. */
const databaseLimitMs = 2_000;

/**
 * Reads a user from Stack again when their stored profile disagrees with their token: verifying an email address sends
 * no webhook, and a delivery may have been given up. Never rejects: an old profile locks no user out.
 */
export async function refreshProfile(token: AccessToken): Promise<void> {
  if (environment().stackWebhookSecret === undefined) return;
  try {
    const profiles = database(databaseLimitMs);
    const [profile] = await profiles.query(profileDisagrees(token));
    if (!profile?.disagrees) return;
    const readAt = new Date();
    const user = await readUser(token.userId);
    if (user) await profiles.query(storeProfileAgain(user, readAt));
  } catch (error) {
    logOutage("Refreshing a profile", error);
  }
}
