// @ts-check
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** The server part of the build includes files of db/. */
const sources = [
  "app",
  "db",
  "public",
  "remix.config.js",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
];

/** A file that `npm run build` writes last. */
const result = "build/commands/dbmate.js";

/**
 * Whether the build is missing or older than the sources.
 * @param {string} root the project's directory
 */
export function isBuildStale(root) {
  const built = statSync(join(root, result), { throwIfNoEntry: false });
  return !built || sources.some((source) => newest(join(root, source)) > built.mtimeMs);
}

/**
 * The time of the newest change below a path; a directory's own time shows deletions.
 * @param {string} path
 * @returns {number}
 */
function newest(path) {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return 0;
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}
