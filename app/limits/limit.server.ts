import { createHmac } from "node:crypto";
import { type RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { environment } from "#app/platform/environment.server.ts";
import { Fault, type TryLater } from "#app/platform/fault.server.ts";
import { log } from "#app/platform/log.server.ts";
import type { SharedCounts } from "./shared-counts.server.ts";

/** Somebody has done something too often. What he wanted was not begun. */
export class LimitReached extends Fault {
  override name = "LimitReached";
  readonly tryLater: TryLater;
  /**
   * @param message for the user
   * @param retryAfter seconds
   */
  constructor(message: string, retryAfter: number) {
    super(message);
    this.tryLater = { status: 429, message, retryAfter };
  }
}

/** What may not be done too often, by somebody whom a string names: it is kept as a keyed hash alone. */
export class Limit {
  /**
   * @param name what the log calls it
   * @param words what the person reads who reaches it, before when he may go on
   */
  constructor(
    private readonly name: string,
    private readonly words: string,
    private readonly counts: SharedCounts | RateLimiterMemory,
  ) {}

  /**
   * Counts one more time. To be called before it is done, or those who try at the same moment would all be let in.
   * @throws {LimitReached}
   */
  async count(who: string): Promise<void> {
    try {
      await this.counts.consume(this.#key(who));
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      const seconds = Math.max(1, Math.ceil(error.msBeforeNext / 1_000));
      log.warn({ event: "limit reached", limit: this.name, retryAfter: seconds }, "A limit was reached");
      throw new LimitReached(`${this.words} Try again in ${inWords(seconds)}.`, seconds);
    }
  }

  /** Takes one time back that was counted. */
  async giveBack(who: string): Promise<void> {
    await this.counts.reward(this.#key(who));
  }

  /** Forgets all that was counted. */
  async forget(who: string): Promise<void> {
    await this.counts.delete(this.#key(who));
  }

  /** The secret signs cookies, too, and none of those has a value that begins like this. */
  #key(who: string): string {
    return createHmac("sha256", environment().sessionSecret)
      .update(`limit: ${this.name}: ${who}`)
      .digest("base64url");
  }
}

function inWords(seconds: number): string {
  if (seconds < 60) return seconds === 1 ? "1 second" : `${seconds} seconds`;
  const minutes = Math.ceil(seconds / 60);
  return minutes === 1 ? "1 minute" : `${minutes} minutes`;
}
