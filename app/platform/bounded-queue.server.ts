import { metrics, secondsSince } from "./metrics.server.ts";
import { unlessAborted } from "./unless-aborted.ts";

export class QueueFull extends Error {
  override name = "QueueFull";
}

/** For requests to a service that may be slow: memory does not grow while it hangs. */
export class BoundedQueue {
  readonly #labels: { queue: string };
  readonly #atOnce: number;
  readonly #places: number;
  readonly #waiting = new Set<() => void>();
  #running = 0;
  #held = 0;

  /** @param name for metrics */
  constructor(name: string, { atOnce, waiting }: { atOnce: number; waiting: number }) {
    this.#labels = { queue: name };
    this.#atOnce = atOnce;
    this.#places = atOnce + waiting;
  }

  /**
   * Holds a place for as long as some work takes, including the pauses between its turns.
   * @throws {QueueFull} if there is none
   */
  async hold<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#held >= this.#places) {
      metrics.full.inc(this.#labels);
      throw new QueueFull(`${this.#held} are already waiting`);
    }
    this.#held += 1;
    metrics.held.inc(this.#labels);
    try {
      return await work();
    } finally {
      this.#held -= 1;
      metrics.held.dec(this.#labels);
    }
  }

  /** Does some work when its turn comes. The turn ends with the work, or when the signal aborts. */
  async inTurn<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    signal.throwIfAborted();
    const cameAt = performance.now();
    if (this.#running < this.#atOnce) this.#running += 1;
    else await this.#turn(signal);
    metrics.waited.observe(this.#labels, secondsSince(cameAt));
    try {
      return await unlessAborted(work(), signal);
    } finally {
      const [next] = this.#waiting;
      if (next) next();
      else this.#running -= 1;
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const take = () => {
        this.#waiting.delete(take);
        signal.removeEventListener("abort", giveUp);
        resolve();
      };
      const giveUp = () => {
        this.#waiting.delete(take);
        reject(signal.reason);
      };
      this.#waiting.add(take);
      signal.addEventListener("abort", giveUp, { once: true });
    });
  }
}
