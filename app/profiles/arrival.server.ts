import { setTimeout as delay } from "node:timers/promises";
import sql from "sql-template-tag";
import { z } from "zod";
import type { AccessToken } from "#app/auth/provider/auth-provider.ts";
import type { Session } from "#app/auth/session/session.server.ts";
import { database } from "#app/db/current.server.ts";
import { DatabaseFault } from "#app/db/faults.server.ts";
import { repeatable, type Statement, statement } from "#app/db/statement.server.ts";
import { Fault, type TryLater } from "#app/platform/fault.server.ts";
import { logOutage } from "#app/platform/log.server.ts";
import { profileMissing } from "./late-profile.ts";

/** The foreign key refused a write by a user whose profile has not arrived. */
export class LateProfile extends Fault {
  override name = "LateProfile";
  readonly tryLater: TryLater;
  constructor(isOverdue: boolean) {
    super(`The profile is ${isOverdue ? "missing" : "late"}`);
    const message = isOverdue
      ? profileMissing
      : "Your profile is on its way to this list. Try again in a moment.";
    this.tryLater = { status: 503, message, retryAfter: 2 };
  }
}

/** The sync usually takes less than a second: the next page should know of it. */
const syncPatienceMs = 2_000;
/** How long a user's first todo waits before they are told why. */
const writePatienceMs = 4_000;

const newForSeconds = 10 * 60;

/** Whether the account is so old that its profile, if absent, is missing rather than late. */
export function isOverdue({ signedUpAt }: Pick<Session, "signedUpAt">): boolean {
  return signedUpAt !== undefined && Date.now() / 1_000 - signedUpAt > newForSeconds;
}

/** Waits 2 s at most, and no longer than the database answers: everything works without a profile for a while. */
export function untilProfileArrives({ userId }: AccessToken): Promise<void> {
  return untilSynced("Waiting for a new profile", profileExists(userId));
}

/** So that users see their new name on the next page. */
export function untilNameArrives(userId: string, name: string | null): Promise<void> {
  return untilSynced("Waiting for a new name", profileHasName(userId, name));
}

async function untilSynced(operation: string, wanted: Statement<{ exists: boolean }>): Promise<void> {
  try {
    for (const pauseMs of pauses(syncPatienceMs)) {
      const [found] = await database().query(wanted);
      if (found?.exists) return;
      await delay(pauseMs);
    }
  } catch (error) {
    if (!(error instanceof DatabaseFault)) throw error;
    logOutage(operation, error);
  }
}

/**
 * Makes a change that gives the user a todo, and retries while the foreign key finds no profile.
 * @throws {LateProfile} after 4 s
 * @throws what else the change throws
 */
export async function onceProfileArrived<Result>(
  session: Session,
  change: () => Promise<Result>,
): Promise<Result> {
  for (const pauseMs of pauses(writePatienceMs)) {
    try {
      return await change();
    } catch (error) {
      if (!(error instanceof DatabaseFault && error.constraint === "todos_owner_id_fk")) throw error;
      await delay(pauseMs);
    }
  }
  throw new LateProfile(isOverdue(session));
}

/** Pauses between attempts, growing to half a second, that add up to `totalMs`. */
function* pauses(totalMs: number): Generator<number> {
  let leftMs = totalMs;
  for (let nextMs = 25; leftMs > 0; nextMs = Math.min(nextMs * 2, 500)) {
    const pauseMs = Math.min(nextMs, leftMs);
    leftMs -= pauseMs;
    yield pauseMs;
  }
}

function profileExists(userId: string) {
  return statement(
    z.object({ exists: z.boolean() }),
    sql`select exists (select from neon_auth.users_sync u where u.id = ${userId}::text)`,
    repeatable,
  );
}

function profileHasName(userId: string, name: string | null) {
  return statement(
    z.object({ exists: z.boolean() }),
    sql`
      select exists (
        select
        from neon_auth.users_sync u
        where u.id = ${userId}::text
          and u.name is not distinct from ${name}::text
      )
    `,
    repeatable,
  );
}
