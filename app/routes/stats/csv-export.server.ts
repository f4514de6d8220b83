import type { Session } from "#app/auth/session/session.server.ts";
import { viewerOf } from "#app/auth/session/viewers.server.ts";
import { database } from "#app/db/current.server.ts";
import { csvFile } from "#app/http/csv.server.ts";
import { allUsersBatch, type UserStats, usersPerBatch } from "./queries.server.ts";

export async function readBatch(session: Session, after: string | null) {
  const [[profile], data] = await database().snapshot(viewerOf(session), allUsersBatch(session, after));
  return { profile, data };
}

/** @param first the batch that was read with the right to read it */
export function usersCsv(session: Session, first: UserStats[]): AsyncGenerator<Uint8Array> {
  const columns = [
    { key: "email", header: "Email" },
    { key: "name", header: "Name" },
    { key: "complete", header: "Completed" },
    { key: "total", header: "Total" },
    { key: "latest", header: "Last activity" },
  ] as const;
  return csvFile<UserStats>("GET /stats.csv", columns, usersInBatches(session, first));
}

async function* usersInBatches(session: Session, first: UserStats[]): AsyncGenerator<UserStats[]> {
  let users = first;
  yield users;
  while (users.length === usersPerBatch) {
    const batch = await readBatch(session, users.at(-1)?.userId ?? null);
    if (!batch.profile?.isAdmin || batch.profile.isDeleted) throw new RightLost();
    users = batch.data;
    yield users;
  }
}

class RightLost extends Error {
  override name = "RightLost";
  constructor() {
    super("The user is no longer an admin");
  }
}
