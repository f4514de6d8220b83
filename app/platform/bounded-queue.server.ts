import { unlessAborted } from "./unless-aborted.ts";

/** Work that was not begun, as too much waits already. */
export class QueueFull extends Error {
  override name = "QueueFull";
}

/**
 * What asks somebody who may be slow: some of it at once, some more waiting in the order in which it came, and the
 * rest refused. Whoever asks may hang without our memory growing.
 */
export class BoundedQueue {
  readonly #atOnce: number;
  readonly #places: number;
  readonly #waiting = new Set<() => void>();
  #running = 0;
  #held = 0;

  /** @param limits how much runs at once, and how much may wait besides */
  constructor({ atOnce, waiting }: { atOnce: number; waiting: number }) {
    this.#atOnce = atOnce;
    this.#places = atOnce + waiting;
  }

  /**
   * Keeps a place for as long as some work takes, pauses between its turns included.
   * @throws {QueueFull} at once, where there is none
   */
  async hold<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#held >= this.#places) throw new QueueFull(`${this.#held} are waiting already`);
    this.#held += 1;
    try {
      return await work();
    } finally {
      this.#held -= 1;
    }
  }

  /**
   * Does some work when its turn comes. The turn ends with the work, or when the signal aborts.
   * @throws the signal's reason, and what the work throws
   */
  async inTurn<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    signal.throwIfAborted();
    if (this.#running < this.#atOnce) this.#running += 1;
    else await this.#turn(signal);
    try {
      return await unlessAborted(work(), signal);
    } finally {
      const [next] = this.#waiting;
      if (next) next();
      else this.#running -= 1;
    }
  }

  /** Resolves when somebody who is done hands on his turn. */
  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.delete(take);
        signal.removeEventListener("abort", giveUp);
      };
      const take = () => {
        leave();
        resolve();
      };
      const giveUp = () => {
        leave();
        reject(signal.reason);
      };
      this.#waiting.add(take);
      signal.addEventListener("abort", giveUp);
    });
  }
}
