import { randomBytes, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { Refusal } from "#db/refusal.ts";
import { writePrivately } from "./private-file.ts";

const port = z.number().int().min(0).max(65535);
const settingsSchema = z.object({
  postgresPort: port,
  stackPort: port,
  // Directories from before LOCAL_AUTH=neon have neither of the two.
  neonAuthPort: port.default(0),
  neonAuthSecret: z.string().default(newSecret),
  mailPort: port,
  stackProjectId: z.uuid(),
  stackPublishableClientKey: z.string(),
  stackSecretServerKey: z.string(),
  sessionSecret: z.string(),
});

/**
 * What local mode chooses once, so that URLs, tokens and sessions survive a restart. A port of 0 has not been chosen
 * yet. The Postgres password is kept with its data instead, as the two must match.
 */
type LocalSettings = z.infer<typeof settingsSchema>;

/** Chooses them the first time. @throws {Refusal} when the file is damaged */
export function localSettings(directory: string): LocalSettings {
  const path = join(directory, "settings.json");
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return keepLocalSettings(directory, newSettings());
  }
  try {
    return settingsSchema.parse(JSON.parse(text));
  } catch {
    throw new Refusal(`${path} is damaged. \`npm run local:reset\` removes it, along with the local data.`);
  }
}

export function keepLocalSettings(directory: string, settings: LocalSettings): LocalSettings {
  writePrivately(join(directory, "settings.json"), `${JSON.stringify(settings, null, 2)}\n`);
  return settings;
}

function newSettings(): LocalSettings {
  return {
    postgresPort: 0,
    stackPort: 0,
    neonAuthPort: 0,
    neonAuthSecret: newSecret(),
    mailPort: 0,
    stackProjectId: randomUUID(),
    stackPublishableClientKey: `pck_${randomBytes(26).toString("hex")}`,
    stackSecretServerKey: `ssk_${randomBytes(26).toString("hex")}`,
    sessionSecret: newSecret(),
  };
}

function newSecret(): string {
  return randomBytes(32).toString("base64url");
}
