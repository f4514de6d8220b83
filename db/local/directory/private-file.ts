import { randomUUID } from "node:crypto";
import { renameSync, rmSync, writeFileSync } from "node:fs";

/** A reader never sees half of the file, and a killed process leaves the old content. */
export function writePrivately(path: string, text: string): void {
  const unfinished = `${path}.${randomUUID()}`;
  try {
    writeFileSync(unfinished, text, { mode: 0o600, flag: "wx" });
    renameSync(unfinished, path);
  } finally {
    rmSync(unfinished, { force: true });
  }
}
