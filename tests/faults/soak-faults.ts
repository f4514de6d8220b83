import { setTimeout as delay } from "node:timers/promises";
import type { Site } from "./site.ts";

/** Something that breaks, and works again when its promise resolves. */
export interface Fault {
  name: string;
  happen(site: Site): Promise<void>;
}

/** The worst first, since a short run has only a few. */
export const faults: Fault[] = [
  { name: "answers of the database are cut off, one after the other", happen: cutAnswers },
  { name: "a session of Postgres is killed, and it recovers", happen: (site) => site.crashPostgres() },
  { name: "Postgres restarts", happen: (site) => site.restartPostgres() },
  { name: "the database hangs", happen: (site) => during(6_000, site, "database", "blackHole") },
  { name: "the database refuses", happen: (site) => during(3_000, site, "database", "refuse") },
  { name: "the database hangs up", happen: (site) => during(2_000, site, "database", "hangUp") },
  { name: "the database is slow", happen: slow },
  { name: "Stack hangs", happen: (site) => during(6_000, site, "stack", "blackHole") },
  { name: "Stack refuses", happen: (site) => during(5_000, site, "stack", "refuse") },
  { name: "what is listened to goes silent", happen: (site) => during(8_000, site, "listener", "blackHole") },
];

async function during(
  ms: number,
  { proxies }: Site,
  which: keyof Site["proxies"],
  how: "blackHole" | "refuse" | "hangUp",
): Promise<void> {
  await proxies[which][how]();
  await delay(ms);
  await proxies[which].heal();
}

async function cutAnswers({ proxies }: Site): Promise<void> {
  for (let count = 0; count < 60; count += 1) {
    proxies.database.cutNextAnswer();
    await delay(100);
  }
  await proxies.database.heal();
}

async function slow({ proxies }: Site): Promise<void> {
  proxies.database.slow(50);
  await delay(6_000);
  await proxies.database.heal();
}
