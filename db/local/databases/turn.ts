import { connectClient } from "#app/db/database.server.ts";
import { serverOf } from "./snapshots.ts";

/**
 * Waits until no other command is in the way of this one: those that replace a database whole want to be
 * alone on its server, the others work side by side.
 * @param url of a database of the local server
 * @returns what ends the turn; Postgres ends it, too, when this process dies
 * @throws {DatabaseFault}
 */
export async function takeTurn(url: string, use: "shared" | "alone"): Promise<AsyncDisposable> {
  const session = await connectClient(serverOf(url));
  const lock = `advisory_lock${use === "shared" ? "_shared" : ""}(hashtextextended('shared-todos commands', 0))`;
  try {
    const { rows } = await session.query(`select pg_try_${lock} as taken`);
    if (!rows[0].taken) {
      console.error("Waiting for another command that works on this database.");
      await session.query(`select pg_${lock}`);
    }
    return { [Symbol.asyncDispose]: () => session.end() };
  } catch (error) {
    await session.end();
    throw error;
  }
}
