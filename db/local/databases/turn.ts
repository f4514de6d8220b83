import { openSession } from "#db/session.ts";
import { serverOf } from "./snapshots.ts";

/**
 * Waits for a turn on the local server. A command that replaces a whole database needs to be alone; others share.
 * @param url of a database of the local server
 * @returns ends the turn, as does the end of this process
 * @throws {DatabaseFault}
 */
export async function takeTurn(url: string, use: "shared" | "alone"): Promise<AsyncDisposable> {
  const session = await openSession(serverOf(url));
  const lock = `advisory_lock${use === "shared" ? "_shared" : ""}(hashtextextended('shared-todos commands', 0))`;
  try {
    const { rows } = await session.query(`select pg_try_${lock} as taken`);
    if (!rows[0].taken) {
      console.error("Waiting for another command on this database.");
      await session.query(`select pg_${lock}`);
    }
    return session;
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}
