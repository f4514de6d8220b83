import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { logOutage } from "#app/http/unavailable.server.ts";
import { withinLimit } from "./stack-app.server.ts";
import { askStack } from "./stack-client.server.ts";

/** Somebody else's accounts that people can sign in with. */
export interface Provider {
  /** Part of Stack's URLs and of ours. */
  id: string;
  /** As the provider writes it. */
  name: string;
}

const spellings = new Map([
  ["github", "GitHub"],
  ["gitlab", "GitLab"],
  ["linkedin", "LinkedIn"],
]);

const projectSchema = z.object({
  config: z.object({ enabled_oauth_providers: z.array(z.object({ id: z.string() })) }),
});

/** A provider that is switched on or off at Stack is seen here that much later. */
const maxAgeMs = 5 * 60_000;
const readLimitMs = 3_000;
/** What somebody waits for who is the first to ask. */
const patienceMs = 1_000;
/** Nobody waits for a Stack that has just been found not to answer. */
const pauseAfterFailureMs = 10_000;

let known: Provider[] | undefined;
let askAgainAt = 0;
let reading: Promise<void> | undefined;

/**
 * The providers that are enabled in the Stack project, in its order. Requests share one reading; an old answer goes
 * on being used while a newer one is read.
 * @returns undefined when Stack has not answered yet, after 1 s at most
 */
export async function enabledProviders(): Promise<Provider[] | undefined> {
  if (!reading && Date.now() >= askAgainAt) {
    reading = readProviders().finally(() => {
      reading = undefined;
    });
  }
  if (!known && reading) await Promise.race([reading, delay(patienceMs, undefined, { ref: false })]);
  return known;
}

async function readProviders(): Promise<void> {
  try {
    const { config } = await withinLimit(readLimitMs, () => askStack(projectSchema, "/projects/current"));
    known = config.enabled_oauth_providers
      .map(({ id }) => id)
      .filter(isProviderId)
      .map(toProvider);
    askAgainAt = Date.now() + maxAgeMs;
  } catch (error) {
    askAgainAt = Date.now() + pauseAfterFailureMs;
    logOutage("Reading the OAuth providers", error);
  }
}

/** Whether an id can be a part of URLs as it is. */
function isProviderId(id: string): boolean {
  return /^[a-z0-9-]{1,40}$/.test(id);
}

function toProvider(id: string): Provider {
  return { id, name: spellings.get(id) ?? id.charAt(0).toUpperCase() + id.slice(1) };
}
