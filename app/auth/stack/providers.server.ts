import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { logOutage } from "#app/platform/log.server.ts";
import { withinLimit } from "./app.server.ts";
import { askStack } from "./client.server.ts";

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

/** The ways in, besides the password, that the Stack project has. */
export interface WaysIn {
  /** In the project's order. */
  providers: Provider[];
  /** Whether a link to sign in with can be mailed. */
  magicLinks: boolean;
}

const projectSchema = z.object({
  config: z.object({
    enabled_oauth_providers: z.array(z.object({ id: z.string() })),
    magic_link_enabled: z.boolean().default(true),
  }),
});

/** What is switched on or off at Stack is seen here that much later. */
const maxAgeMs = 5 * 60_000;
const readLimitMs = 3_000;
/** What somebody waits for who is the first to ask. */
const patienceMs = 1_000;
/** Nobody waits for a Stack that has just been found not to answer. */
const pauseAfterFailureMs = 10_000;

let known: WaysIn | undefined;
let askAgainAt = 0;
let reading: Promise<void> | undefined;

/**
 * What is enabled in the Stack project. Requests share one reading; an old answer goes on being used while a newer one
 * is read.
 * @returns undefined when Stack has not answered yet, after 1 s at most
 */
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
    const { config } = await withinLimit(readLimitMs, () => askStack(projectSchema, "/projects/current"));
    const ids = config.enabled_oauth_providers.map(({ id }) => id);
    known = { providers: ids.filter(isProviderId).map(toProvider), magicLinks: config.magic_link_enabled };
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
