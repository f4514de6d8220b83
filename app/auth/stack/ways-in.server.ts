import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { OAuthProvider, WaysIn } from "#app/auth/provider/auth-provider.ts";
import { logOutage } from "#app/platform/log.server.ts";
import { projectSettings, withinLimit } from "./client.server.ts";

const spellings = new Map([
  ["github", "GitHub"],
  ["gitlab", "GitLab"],
  ["linkedin", "LinkedIn"],
]);

const waysInSchemas = {
  enabled_oauth_providers: z.array(z.object({ id: z.string() })),
  magic_link_enabled: z.boolean().default(true),
};

const maxAgeMs = 5 * 60_000;
const readLimitMs = 3_000;
/** For the first answer. */
const patienceMs = 1_000;
const pauseAfterFailureMs = 10_000;

let known: WaysIn | undefined;
let askAgainAt = 0;
let reading: Promise<void> | undefined;

/** Requests share one reading; an old answer stays in use while a newer one is read. */
export async function waysIn(): Promise<WaysIn | undefined> {
  if (!reading && Date.now() >= askAgainAt) {
    reading = readWaysIn().finally(() => {
      reading = undefined;
    });
  }
  if (!known && reading) await Promise.race([reading, delay(patienceMs, undefined, { ref: false })]);
  return known;
}

async function readWaysIn(): Promise<void> {
  try {
    const settings = await withinLimit(readLimitMs, () => projectSettings(waysInSchemas));
    const ids = settings.enabled_oauth_providers.map(({ id }) => id);
    known = { providers: ids.filter(isProviderId).map(toProvider), magicLinks: settings.magic_link_enabled };
    askAgainAt = Date.now() + maxAgeMs;
  } catch (error) {
    askAgainAt = Date.now() + pauseAfterFailureMs;
    logOutage("Reading the OAuth providers", error);
  }
}

/** An id is part of our URLs. */
function isProviderId(id: string): boolean {
  return /^[a-z0-9-]{1,40}$/.test(id);
}

function toProvider(id: string): OAuthProvider {
  return { id, name: spellings.get(id) ?? id.charAt(0).toUpperCase() + id.slice(1) };
}
