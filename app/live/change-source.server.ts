import { z } from "zod";
import type { Client } from "#app/db/database.server.ts";

/** Triggers notify a channel, once per transaction, when a process listens. */
export interface ChangeSource {
  channel: string;
  /** The table that every transaction with a change writes to: `schema.name`. */
  ledger: string;
  /** A view of one row, `schema.name`, whose column `version` is another after each transaction with a change. */
  version: string;
  /** The payload of a change to what users may see. It is announced even if no process listens. */
  rightsPayload: string;
}

const transactionSchema = z.object({ id: z.string() });
const versionSchema = z.object({ version: z.string() });

/** The lock tells the triggers to announce changes. */
export async function askForAnnouncements(client: Client, { channel }: ChangeSource): Promise<void> {
  await client.query("select pg_advisory_lock_shared(hashtext($1))", [channel]);
}

export async function declineAnnouncements(client: Client, { channel }: ChangeSource): Promise<void> {
  await client.query("select pg_advisory_unlock_shared(hashtext($1))", [channel]);
}

/**
 * Transactions with changes that may have found no listener, and will not announce them when they commit. Until then
 * they hold a lock on the ledger.
 * @param among those found before; null: any
 * @returns their virtual ids
 */
export async function silentTransactions(
  client: Client,
  { ledger }: ChangeSource,
  among: string[] | null = null,
): Promise<string[]> {
  const { rows } = await client.query(
    `select distinct l.virtualtransaction as id
     from pg_locks l
     join pg_database d on d.oid = l.database
     where d.datname = current_database()
       and l.relation = to_regclass($2)
       and l.mode = 'RowExclusiveLock'
       and ($1::text[] is null or l.virtualtransaction = any($1::text[]))`,
    [among, ledger],
  );
  return rows.map((row) => transactionSchema.parse(row).id);
}

export async function versionOf(client: Client, { version }: ChangeSource): Promise<string> {
  const { rows } = await client.query(`select version::text as version from ${version}`);
  return versionSchema.parse(rows[0]).version;
}
