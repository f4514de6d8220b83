import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { OAuthProvider, Offers } from "#app/auth/provider/auth-provider.ts";
import { logOutage } from "#app/platform/log.server.ts";
import { projectSettings, withinLimit } from "./client.server.ts";

const spellings = new Map([
  ["github", "GitHub"],
  ["gitlab", "GitLab"],
  ["linkedin", "LinkedIn"],
]);

const schemas = {
  enabled_oauth_providers: z.array(z.object({ id: z.string() })),
  magic_link_enabled: z.boolean().default(true),
  credential_enabled: z.boolean().default(true),
  sign_up_enabled: z.boolean().default(true),
  client_user_deletion_enabled: z.boolean().default(true),
};

const maxAgeMs = 5 * 60_000;
const readLimitMs = 3_000;
/** For the first answer. */
const patienceMs = 1_000;
const pauseAfterFailureMs = 10_000;

let latest: Offers = {
  isKnown: false,
  providers: [],
  magicLinks: true,
  passwords: true,
  signUp: true,
  accountDeletion: true,
};
let askAgainAt = 0;
let reading: Promise<void> | undefined;

/** Requests share one reading; an old answer stays in use while a newer one is read. */
export async function offers(): Promise<Offers> {
  if (!reading && Date.now() >= askAgainAt) {
    reading = readOffers().finally(() => {
      reading = undefined;
    });
  }
  if (!latest.isKnown && reading) await Promise.race([reading, delay(patienceMs, undefined, { ref: false })]);
  return latest;
}

async function readOffers(): Promise<void> {
  try {
    const settings = await withinLimit(readLimitMs, () => projectSettings(schemas));
    const ids = settings.enabled_oauth_providers.map(({ id }) => id);
    const providers = ids.filter(isProviderId).map(toProvider);
    const magicLinks = settings.magic_link_enabled;
    const passwords = settings.credential_enabled;
    const hasWayIn = passwords || magicLinks || providers.length > 0;
    latest = {
      isKnown: true,
      providers,
      magicLinks,
      passwords,
      signUp: settings.sign_up_enabled && hasWayIn,
      accountDeletion: settings.client_user_deletion_enabled,
    };
    askAgainAt = Date.now() + maxAgeMs;
  } catch (error) {
    askAgainAt = Date.now() + pauseAfterFailureMs;
    logOutage("Reading the project's settings", error);
  }
}

/** An id is part of our URLs. */
function isProviderId(id: string): boolean {
  return /^[a-z0-9-]{1,40}$/.test(id);
}

function toProvider(id: string): OAuthProvider {
  return { id, name: spellings.get(id) ?? id.charAt(0).toUpperCase() + id.slice(1) };
}
