import { createHmac } from "node:crypto";
import { type RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { environment } from "#app/platform/environment.server.ts";
import { Fault, type TryLater } from "#app/platform/fault.server.ts";
import { log } from "#app/platform/log.server.ts";
import { metrics } from "#app/platform/metrics.server.ts";
import type { SharedCounts } from "./shared-counts.server.ts";

export class LimitReached extends Fault {
  override name = "LimitReached";
  readonly tryLater: TryLater;
  /** @param retryAfter seconds */
  constructor(message: string, retryAfter: number) {
    super(message);
    this.tryLater = { status: 429, message, retryAfter };
  }
}

/** A limit for each user, address or network. Only a keyed hash of them is stored. */
export class Limit {
  /** @param words what users read, before when they can try again */
  constructor(
    private readonly name: string,
    private readonly words: string,
    private readonly counts: SharedCounts | RateLimiterMemory,
  ) {}

  /** To be called before it is done, or simultaneous attempts would all get through. @throws {LimitReached} */
  async count(who: string): Promise<void> {
    try {
      await this.counts.consume(this.#key(who));
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      metrics.limits.inc({ limit: this.name });
      const seconds = Math.max(1, Math.ceil(error.msBeforeNext / 1_000));
      log.warn({ event: "limit reached", limit: this.name, retryAfter: seconds }, "A limit was reached");
      throw new LimitReached(`${this.words} Try again in ${inWords(seconds)}.`, seconds);
    }
  }

  async giveBack(who: string): Promise<void> {
    await this.counts.reward(this.#key(who));
  }

  async forget(who: string): Promise<void> {
    await this.counts.delete(this.#key(who));
  }

  /** The secret also signs cookies, none of whose values begins like this. */
  #key(who: string): string {
    return createHmac("sha256", environment().sessionSecret)
      .update(`limit: ${this.name}: ${who}`)
      .digest("base64url");
  }
}

function inWords(seconds: number): string {
  const [count, unit] = seconds < 60 ? [seconds, "second"] : [Math.ceil(seconds / 60), "minute"];
  return count.toLocaleString("en-US", { style: "unit", unit, unitDisplay: "long" });
}
