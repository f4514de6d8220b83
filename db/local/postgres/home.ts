import { createHash } from "node:crypto";
import { accessSync, chownSync, constants, existsSync, lstatSync, mkdirSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { Refusal } from "#db/refusal.ts";
import { type Account, canUse, postgresAccount } from "./account.ts";
import { copyPrograms, installedPrograms } from "./programs.ts";

/** Where one Postgres lives, and as whom. */
export interface PostgresHome {
  directory: string;
  /** Postgres's own data directory. It exists as soon as it is complete. */
  data: string;
  /** Holds the superuser's password, which goes where the data goes. */
  password: string;
  log: string;
  /** Holds `initdb`, `pg_ctl` and `postgres`. */
  programs: string;
  /** Postgres runs as this user; undefined: as ours. */
  account: Account | undefined;
  /** A line for the person at the terminal, when data or programs are not where they were wished. */
  notice: string | undefined;
}

/**
 * Decides where a Postgres lives, and makes the directory. That is `directory` and the installed
 * programs, unless we are root and the user that Postgres runs as in our place cannot enter them, say
 * below /root: then it is the system's temporary directory, under a name made from `directory`.
 * @throws {Refusal} when there is no place that this user can enter, or data in one that he cannot
 */
export function postgresHome(directory: string): PostgresHome {
  const wished = makeDirectory(resolve(directory));
  const account = postgresAccount(join(wished, "data"));
  const programs = installedPrograms();
  if (account) give(wished, account);
  const dataStays = canUse(wished, account);
  const programsStay = canUse(join(programs.root, "bin", "postgres"), account);
  if (!dataStays && existsSync(join(wished, "data"))) {
    throw new Refusal(
      `Postgres does not run as root, and user ${account?.uid} cannot enter ${wished}, where its data is.`,
    );
  }

  const temporary = dataStays && programsStay ? undefined : makeTemporaryHome(directory, account);
  const home = dataStays || !temporary ? wished : temporary;
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
        `${dataStays ? programs.root : wished}: ${dataStays ? "a copy of its programs" : "the database, until a reboot empties it,"} is in ${temporary}.`,
  };
}

/** Where the data or programs go that cannot stay where they were wished. Keyed by that place. */
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
    throw new Refusal(`${path} cannot be used: ${(error as Error).message}`);
  }
}

function makeTemporaryHome(directory: string, account: Account | undefined): string {
  const path = makeDirectory(temporaryHome(directory));
  const { uid } = lstatSync(path);
  if (uid !== process.getuid?.() && uid !== account?.uid)
    throw new Refusal(`${path} belongs to somebody else.`);
  if (account) give(path, account);
  if (!canUse(path, account)) {
    throw new Refusal(
      `Postgres does not run as root, and user ${account?.uid} can enter neither ${directory} nor ${path}: ` +
        "set LOCAL_DIR to a directory that he can enter.",
    );
  }
  return path;
}

function give(path: string, { uid, gid }: Account): void {
  chownSync(path, uid, gid);
}
