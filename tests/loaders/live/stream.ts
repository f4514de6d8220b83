import { onTestFinished } from "vitest";
import * as eventsRoute from "#app/routes/events.ts";
import type { LiveEvents } from "#app/routes/todos/live/live-event.ts";
import type { Browser } from "#tests/loaders/browser.ts";
import { type Block, blocksOf } from "#tests/setup/server-sent-events.ts";

/** A page's stream, until the end of the test. */
export class Stream {
  readonly blocks: Block[] = [];
  /** Resolves when the server ends the stream, and rejects when it breaks it. */
  readonly ended: Promise<void>;
  readonly #gone: AbortController;

  constructor(answer: Response, gone: AbortController) {
    this.#gone = gone;
    if (!answer.body) throw new Error(`there is no stream in an answer with status ${answer.status}`);
    this.ended = this.#read(answer.body);
    this.ended.catch(() => {});
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    for await (const block of blocksOf(body)) this.blocks.push(block);
  }

  /** The events with a name, oldest first. */
  all<Name extends keyof LiveEvents>(name: Name): LiveEvents[Name][] {
    const named = this.blocks.filter(({ event }) => event === name);
    return named.map(({ data = "" }) => JSON.parse(data));
  }

  last<Name extends keyof LiveEvents>(name: Name): LiveEvents[Name] | undefined {
    return this.all(name).at(-1);
  }

  /** Disconnects, as a closed browser does. */
  leave(): void {
    this.#gone.abort();
  }
}

/** Asks for `/events` as a browser does. */
export function askForEvents(browser: Browser, search = "", signal?: AbortSignal): Promise<Response> {
  const request = new Request(`http://localhost:3000/events${search}`, {
    headers: { Cookie: browser.cookie },
    ...(signal && { signal }),
  });
  return browser.send(eventsRoute.loader, request);
}

export async function watch(browser: Browser, search = ""): Promise<Stream> {
  const gone = new AbortController();
  onTestFinished(() => gone.abort());
  return new Stream(await askForEvents(browser, search, gone.signal), gone);
}
