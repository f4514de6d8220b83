import { type Change, listenForChanges } from "./change-listener.server.ts";

/** An open page, as far as the server knows it. */
export interface Watcher {
  /** What it shows, and with whom it can share: pages with the same key show the same. */
  readonly key: string;
  /** Takes an event as it goes over the wire. The same bytes may go to many. */
  send(event: Uint8Array): void;
  /** Ends its stream. The browser may come back. */
  end(): void;
}

export interface HubOptions<W extends Watcher> {
  databaseUrl: string;
  /**
   * Reads what is to be seen, all of it in one snapshot.
   * @param watchers one of each group
   * @returns the event for each of their keys, and the version that these are all of
   */
  read(watchers: W[]): Promise<{ version: string; events: Map<string, Uint8Array> }>;
  /** Tells watchers what each sees alone, after they were told the rest. */
  tellOwnProgress(watchers: W[]): Promise<void>;
  /** Ends those who may not watch any more. */
  checkRights(watchers: W[]): Promise<void>;
  /** Says that there is something new, without what it is. */
  reloadEvent(version: string): Uint8Array;
  /** Says whether changes are heard at once. */
  stateEvent(isLive: boolean): Uint8Array;
  /** Says that the next event counts, whatever its version. */
  resetEvent: Uint8Array;
  /** Told once, however often what fails is tried again. */
  onFault(operation: string, error: unknown): void;
}

/** Two readings are at least so far apart: what changes in between is read together. */
const readPauseMs = 40;
/**
 * At most so many different pages are read for a change, which keeps it below 20 statements, and below 30 if all of
 * them are searches. Of the others, these many a second are told to reload.
 */
const largestReadKeys = 12;
const reloadsPerSecond = 100;
const retryMs = 1_000;
/** How often a page is kept fresh while no change can be heard. */
const pollMs = 3_000;
const rightsMs = 60_000;
/** A comment that keeps proxies from closing a silent stream: they may after 30 s. */
const heartbeatMs = 15_000;
/** A page that is loaded anew leaves and comes back: the listener's connection stays for it. */
const lingerMs = 5_000;

const heartbeat = new TextEncoder().encode(": still here\n\n");

interface Group<W> {
  /**
   * Each with the first reading that counts for it whatever its version, or 0 when it has been told of that one. What
   * was being read when a page came, or when listening began, may be older than what the page shows.
   */
  watchers: Map<W, number>;
  /** What they were told last. Another group may have been told more by then. */
  version: string | undefined;
  isStale: boolean;
}

/**
 * Tells open pages of changes. Pages that show the same are a group: for a change, however many there are, each
 * group is read once, made into bytes once, and sent as that.
 *
 * It listens to the database, and has timers, only while somebody watches.
 */
export class Hub<W extends Watcher> {
  readonly #options: HubOptions<W>;
  readonly #groups = new Map<string, Group<W>>();
  readonly #toReload = new Set<W>();
  #timers: NodeJS.Timeout[] = [];
  #linger: NodeJS.Timeout | undefined;
  #nextRead: NodeJS.Timeout | undefined;
  #stopListening: (() => void) | undefined;
  #isLive = false;
  #isReading = false;
  #isFailing = false;
  #readings = 0;
  #mustCheckRights = false;
  #readAt = 0;
  #version = "";

  constructor(options: HubOptions<W>) {
    this.#options = options;
  }

  /** How many pages watch, and how many different ones they are. */
  get size(): { watchers: number; groups: number } {
    return { watchers: this.#watchers().length, groups: this.#groups.size };
  }

  /**
   * Lets a page watch. It is sent what there is to see, as soon as that is read: what the others were told last may
   * be older than the page.
   * @returns what is to be called when the page is gone
   */
  watch(watcher: W): () => void {
    let group = this.#groups.get(watcher.key);
    if (!group) {
      group = { watchers: new Map(), version: undefined, isStale: true };
      this.#groups.set(watcher.key, group);
    }
    group.watchers.set(watcher, this.#readings + 1);
    this.#start();
    watcher.send(this.#options.stateEvent(this.#isLive));
    this.#readSoon(group);
    return () => this.#leave(watcher);
  }

  /** Ends every stream, and everything that was held for them. */
  close(): void {
    for (const watcher of this.#watchers()) watcher.end();
    this.#groups.clear();
    this.#stop();
  }

  #watchers(): W[] {
    return [...this.#groups.values()].flatMap(({ watchers }) => [...watchers.keys()]);
  }

  #leave(watcher: W): void {
    const group = this.#groups.get(watcher.key);
    if (!group?.watchers.delete(watcher)) return;
    this.#toReload.delete(watcher);
    if (group.watchers.size === 0) this.#groups.delete(watcher.key);
    if (this.#groups.size > 0) return;
    this.#linger = setTimeout(() => this.#stop(), lingerMs);
    this.#linger.unref();
  }

  #start(): void {
    clearTimeout(this.#linger);
    if (this.#stopListening) return;
    this.#stopListening = listenForChanges({
      databaseUrl: this.#options.databaseUrl,
      onChange: (change) => this.#changed(change),
      onLive: (isLive) => this.#setLive(isLive),
    });
    this.#timers = [
      setInterval(() => this.#sendToAll(heartbeat), heartbeatMs),
      setInterval(() => this.#checkRightsSoon(), rightsMs),
      setInterval(() => this.#isLive || this.#allStale(), pollMs),
      setInterval(() => this.#reloadSome(), 1_000),
    ];
    for (const timer of this.#timers) timer.unref();
  }

  #stop(): void {
    this.#stopListening?.();
    this.#stopListening = undefined;
    for (const timer of this.#timers) clearInterval(timer);
    for (const timer of [this.#linger, this.#nextRead]) clearTimeout(timer);
    this.#timers = [];
    this.#nextRead = undefined;
    this.#isLive = false;
  }

  #setLive(isLive: boolean): void {
    // Whatever came before is not known to be all: the database may even have been restored to an earlier state.
    if (isLive) {
      for (const { watchers } of this.#groups.values()) {
        for (const watcher of watchers.keys()) watchers.set(watcher, this.#readings + 1);
      }
      this.#checkRightsSoon();
    }
    if (this.#isLive === isLive) return;
    this.#isLive = isLive;
    this.#sendToAll(this.#options.stateEvent(isLive));
  }

  #changed(change: Change): void {
    if (change === "users") this.#checkRightsSoon();
    else this.#allStale();
  }

  #checkRightsSoon(): void {
    this.#mustCheckRights = true;
    this.#allStale();
  }

  #allStale(): void {
    for (const group of this.#groups.values()) this.#readSoon(group);
  }

  #readSoon(group: Group<W>): void {
    group.isStale = true;
    this.#scheduleRead(Math.max(0, this.#readAt + readPauseMs - performance.now()));
  }

  /** The first change is read at once. Those that follow closely are read together, and the last one is never lost. */
  #scheduleRead(delayMs: number): void {
    if (this.#isReading || this.#nextRead) return;
    this.#nextRead = setTimeout(() => {
      this.#nextRead = undefined;
      this.#read();
    }, delayMs);
  }

  async #read(): Promise<void> {
    const stale = [...this.#groups].filter(([, { isStale }]) => isStale);
    if (stale.length === 0) return;
    const largest = stale.sort(([, a], [, b]) => b.watchers.size - a.watchers.size).slice(0, largestReadKeys);
    this.#readings += 1;
    // Before the reading: a change during it makes them stale again.
    for (const [, group] of stale) group.isStale = false;
    const mustCheckRights = this.#mustCheckRights;
    this.#mustCheckRights = false;
    this.#isReading = true;
    this.#readAt = performance.now();
    let delayMs = readPauseMs;
    try {
      if (mustCheckRights) await this.#options.checkRights(this.#watchers());
      const { version, events } = await this.#options.read(largest.flatMap(([, group]) => oneOf(group)));
      await this.#options.tellOwnProgress(this.#deliver(version, events, stale));
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) this.#options.onFault("Reading for open pages", error);
      this.#isFailing = true;
      for (const [, group] of stale) {
        group.isStale = true;
        // They may have been told, but not of their own progress.
        group.version = undefined;
      }
      this.#mustCheckRights ||= mustCheckRights;
      delayMs = retryMs;
    } finally {
      this.#isReading = false;
    }
    if ([...this.#groups.values()].some(({ isStale }) => isStale)) this.#scheduleRead(delayMs);
  }

  /**
   * Tells groups what was read, and those of which nothing was read that they have to reload. A poll that found
   * nothing new tells nobody.
   * @returns who was told
   */
  #deliver(version: string, events: Map<string, Uint8Array>, groups: [string, Group<W>][]): W[] {
    const told: W[] = [];
    this.#version = version;
    for (const [key, group] of groups) {
      const event = events.get(key);
      const isNews = group.version !== version;
      group.version = version;
      for (const [watcher, countsFrom] of group.watchers) {
        if (countsFrom > this.#readings || (countsFrom === 0 && !isNews)) continue;
        // Before anything is sent: who does not read may be dropped by it, and is gone then.
        group.watchers.set(watcher, 0);
        if (!event) this.#toReload.add(watcher);
        told.push(watcher);
        if (countsFrom > 0) watcher.send(this.#options.resetEvent);
        if (event) watcher.send(event);
      }
    }
    return told;
  }

  #reloadSome(): void {
    if (this.#toReload.size === 0) return;
    const event = this.#options.reloadEvent(this.#version);
    for (const watcher of [...this.#toReload].slice(0, reloadsPerSecond)) {
      this.#toReload.delete(watcher);
      watcher.send(event);
    }
  }

  #sendToAll(event: Uint8Array): void {
    for (const watcher of this.#watchers()) watcher.send(event);
  }
}

function oneOf<W>({ watchers }: Group<W>): W[] {
  return [...watchers.keys()].slice(0, 1);
}
