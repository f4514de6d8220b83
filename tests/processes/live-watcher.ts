import { setTimeout as delay } from "node:timers/promises";
import type { LiveEvents } from "#app/routes/todos/live/live-event.ts";
import { type Block, blocksOf } from "#tests/setup/server-sent-events.ts";

/**
 * A page that watches in a browser: it comes back by itself as an EventSource does, and takes from what it hears what
 * the page of the list takes.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#sse-processing-model
 */
export class Watcher {
  /** How its streams went so far: `ended` by the server, or `broken`. */
  readonly ends: ("ended" | "broken")[] = [];
  /** How often it would have had to ask its loader. */
  reloads = 0;
  isLive = false;
  #shown: { version: string; data: string } | undefined;
  #isReset = false;
  #retryMs = 3_000;
  readonly #closing = new AbortController();
  readonly #done: Promise<void>;

  constructor(url: string, cookie: string) {
    this.#done = this.#run(url, cookie);
  }

  /** What the page shows. */
  get shown(): LiveEvents["change"] | undefined {
    return this.#shown && JSON.parse(this.#shown.data);
  }

  get version(): string | undefined {
    return this.#shown?.version;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#done;
  }

  async #run(url: string, cookie: string): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const answer = await fetch(url, { headers: { Cookie: cookie }, signal }).catch(() => undefined);
      if (answer?.status === 200 && answer.body) await this.#hear(answer.body);
      else await answer?.body?.cancel();
      this.isLive = false;
      // Any answer but a stream ends an EventSource: the page opens another one within 8 s.
      const waitMs = answer && answer.status !== 200 ? 8_000 : this.#retryMs;
      await delay(waitMs, undefined, { signal }).catch(() => {});
    }
  }

  async #hear(body: ReadableStream<Uint8Array>): Promise<void> {
    try {
      for await (const block of blocksOf(body)) this.#take(block);
      this.ends.push("ended");
    } catch {
      if (!this.#closing.signal.aborted) this.ends.push("broken");
    }
  }

  #take({ event, data = "", id = "", retry }: Block): void {
    if (retry) this.#retryMs = Number(retry);
    if (event === "state") this.isLive = JSON.parse(data).isLive;
    if (event === "reset") this.#isReset = true;
    if (event !== "change") return;
    if (!this.#isReset && Number(id) <= Number(this.#shown?.version ?? -1)) return;
    this.#isReset = false;
    if (data.includes('"list"')) this.#shown = { version: id, data };
    else this.reloads += 1;
  }
}
