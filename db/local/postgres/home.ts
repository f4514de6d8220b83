import { createHash } from "node:crypto";
import { accessSync, chownSync, constants, existsSync, lstatSync, mkdirSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { Refusal } from "#db/refusal.ts";
import { type Account, canUse, postgresAccount } from "./account.ts";
import { copyPrograms, installedPrograms } from "./programs.ts";

/** Where a Postgres server keeps its files, and which user runs it. */
export interface PostgresHome {
  directory: string;
  /** Exists once it is complete. */
  data: string;
  /** The file with the superuser's password. */
  password: string;
  log: string;
  /** Holds `initdb`, `pg_ctl` and `postgres`. */
  programs: string;
  /** The user that runs Postgres; undefined means ours. */
  account: Account | undefined;
  /** A sentence for users, when data or programs are in another place than requested. */
  notice: string | undefined;
}

/**
 * Decides where a Postgres server keeps its files, and creates the directory. It is `directory`, with the installed
 * programs. When we are root and Postgres's user cannot enter those, for example below /root, it is a directory in the
 * system's temporary directory, named after `directory`.
 * @throws {Refusal} when that user can enter neither, or cannot enter the existing data
 */
export function postgresHome(directory: string): PostgresHome {
  const requested = makeDirectory(resolve(directory));
  const account = postgresAccount(join(requested, "data"));
  const programs = installedPrograms();
  if (account) give(requested, account);
  const dataStays = canUse(requested, account);
  const programsStay = canUse(join(programs.root, "bin", "postgres"), account);
  if (!dataStays && existsSync(join(requested, "data"))) {
    throw new Refusal(
      `Postgres does not run as root, and user ${account?.uid} cannot enter ${requested}, which holds the data.`,
    );
  }

  const temporary = dataStays && programsStay ? undefined : makeTemporaryHome(directory, account);
  const home = dataStays || !temporary ? requested : temporary;
  const bin = programsStay || !temporary ? programs : copyPrograms(programs, temporary, account);
  return {
    directory: home,
    data: join(home, "data"),
    password: join(home, "data", "superuser-password"),
    log: join(home, "log"),
    programs: join(bin.root, "bin"),
    account,
    notice:
      temporary &&
      `Postgres does not run as root, and user ${account?.uid} cannot enter ` +
        `${dataStays ? programs.root : requested}. ${dataStays ? "A copy of its programs" : "The database, until a reboot deletes it,"} is in ${temporary}.`,
  };
}

/** Where data or programs go that cannot be in `directory`. */
export function temporaryHome(directory: string): string {
  const key = createHash("sha256").update(resolve(directory)).digest("hex").slice(0, 16);
  return join(realpathSync(tmpdir()), `shared-todos-${key}`);
}

function makeDirectory(path: string): string {
  try {
    mkdirSync(dirname(path), { recursive: true });
    if (!existsSync(path)) mkdirSync(path, { mode: 0o700 });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return realpathSync(path);
  } catch (error) {
    throw new Refusal(`Cannot use ${path}: ${(error as Error).message}`);
  }
}

function makeTemporaryHome(directory: string, account: Account | undefined): string {
  const path = makeDirectory(temporaryHome(directory));
  const { uid } = lstatSync(path);
  if (uid !== process.getuid?.() && uid !== account?.uid)
    throw new Refusal(`${path} belongs to another user.`);
  if (account) give(path, account);
  if (!canUse(path, account)) {
    throw new Refusal(
      `Postgres does not run as root, and user ${account?.uid} can enter neither ${directory} nor ${path}. ` +
        "Set LOCAL_DIR to a directory that this user can enter.",
    );
  }
  return path;
}

function give(path: string, { uid, gid }: Account): void {
  chownSync(path, uid, gid);
}
