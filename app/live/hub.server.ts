import { logOutage } from "#app/platform/log.server.ts";
import { metrics, secondsSince } from "#app/platform/metrics.server.ts";
import { listenForChanges } from "./change-listener.server.ts";
import type { ChangeSource } from "./change-source.server.ts";
import { eventMaker } from "./event-stream.server.ts";
import type { StreamEvents } from "./stream-events.ts";

/** An open page. */
export interface Watcher {
  /** Pages with the same key show the same. */
  readonly key: string;
  /** The same bytes may go to many watchers. */
  send(event: Uint8Array): void;
  /** The browser may reconnect. */
  end(): void;
}

interface HubOptions<W extends Watcher> {
  databaseUrl: string;
  source: ChangeSource;
  /**
   * Reads what the pages show, all of it in one snapshot.
   * @param watchers one of each group
   * @returns the `change` event for each of their keys, and the version of all of them
   */
  read(watchers: W[]): Promise<{ version: string; events: Map<string, Uint8Array> }>;
  /** Sends watchers what each of them alone sees, after they were sent the rest. */
  sendOwn(watchers: W[]): Promise<void>;
  /** Ends those that may no longer watch. */
  checkRights(watchers: W[]): Promise<void>;
}

/** The shortest time between two readings: what changes in between is read together. */
const readPauseMs = 40;
/**
 * The most different pages that are read for one change, which keeps it below 20 statements, or below 30 if all of them
 * are searches. Pages beyond that are told to reload, this many a second.
 */
const largestReadKeys = 12;
const reloadsPerSecond = 100;
const retryMs = 1_000;
/** How often pages are read while no change can be heard. */
const pollMs = 3_000;
const rightsMs = 60_000;
/**
 * How often each stream is sent something: proxies may close one that is silent for 30 s, and pages take a silent one
 * for broken. Scripts do not see comments.
 */
const heartbeatMs = 15_000;
/** A page that is reloaded leaves and comes back. */
const lingerMs = 5_000;

const comment = new TextEncoder().encode(": still here\n\n");
const toEvent = eventMaker<StreamEvents>();
const resetEvent = toEvent("reset", {});
const stateEvent = (isLive: boolean) => toEvent("state", { isLive });

/** Pages that show the same. */
interface Group<W> {
  /**
   * Each with the first reading that counts for it whatever its version, or 0 once that has been sent. What was being
   * read when a page came, or when listening began, may be older than what the page shows.
   */
  watchers: Map<W, number>;
  /** What they were sent last. Another group may have been sent more by then. */
  version: string | undefined;
  isStale: boolean;
}

/**
 * Tells open pages of changes. For a change, each group of pages is read once and made into bytes once. It listens to
 * the database, and has timers, only while a page is open.
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
  /** The first change that has not been sent. */
  #heardAt: number | undefined;
  #version = "";

  constructor(options: HubOptions<W>) {
    this.#options = options;
  }

  get size(): { watchers: number; groups: number } {
    return { watchers: this.#watchers().length, groups: this.#groups.size };
  }

  /**
   * A page is sent the current state as soon as that is read: what the others were sent last may be older than it.
   * @returns to be called when the page is gone
   */
  watch(watcher: W): () => void {
    let group = this.#groups.get(watcher.key);
    if (!group) {
      group = { watchers: new Map(), version: undefined, isStale: true };
      this.#groups.set(watcher.key, group);
    }
    group.watchers.set(watcher, this.#readings + 1);
    this.#start();
    watcher.send(stateEvent(this.#isLive));
    this.#readSoon(group);
    return () => this.#leave(watcher);
  }

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
    this.#heardAt = undefined;
    this.#linger = setTimeout(() => this.#stop(), lingerMs);
    this.#linger.unref();
  }

  #start(): void {
    clearTimeout(this.#linger);
    if (this.#stopListening) return;
    this.#stopListening = listenForChanges({
      databaseUrl: this.#options.databaseUrl,
      source: this.#options.source,
      onChange: (concernsRights) => {
        if (this.#groups.size > 0) this.#heardAt ??= performance.now();
        if (concernsRights) this.#checkRightsSoon();
        else this.#allStale();
      },
      onLive: (isLive) => this.#setLive(isLive),
    });
    this.#timers = [
      setInterval(() => this.#sendHeartbeat(), heartbeatMs),
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
    // Changes may have been missed; the database may even have been restored to an earlier state.
    if (isLive) {
      for (const { watchers } of this.#groups.values()) {
        for (const watcher of watchers.keys()) watchers.set(watcher, this.#readings + 1);
      }
      this.#checkRightsSoon();
    }
    if (this.#isLive === isLive) return;
    this.#isLive = isLive;
    this.#sendToAll(stateEvent(isLive));
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

  /** The first change is read at once. Those that follow closely are read together; the last one is never lost. */
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
    const heardAt = this.#heardAt;
    this.#heardAt = undefined;
    this.#isReading = true;
    this.#readAt = performance.now();
    let delayMs = readPauseMs;
    try {
      if (mustCheckRights) await this.#options.checkRights(this.#watchers());
      const oneOfEach = largest.flatMap(([, { watchers }]) => [...watchers.keys()].slice(0, 1));
      const { version, events } = await this.#options.read(oneOfEach);
      await this.#options.sendOwn(this.#deliver(version, events, stale));
      if (heardAt !== undefined) metrics.eventDelivery.observe(secondsSince(heardAt));
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) logOutage("Reading for open pages", error);
      this.#isFailing = true;
      this.#heardAt = heardAt ?? this.#heardAt;
      for (const [, group] of stale) {
        group.isStale = true;
        // They may have been sent that, but not what each of them alone sees.
        group.version = undefined;
      }
      this.#mustCheckRights ||= mustCheckRights;
      delayMs = retryMs;
    } finally {
      this.#isReading = false;
    }
    if ([...this.#groups.values()].some(({ isStale }) => isStale)) this.#scheduleRead(delayMs);
  }

  /** Groups of which nothing was read are told to reload. @returns the watchers that were told */
  #deliver(version: string, events: Map<string, Uint8Array>, groups: [string, Group<W>][]): W[] {
    const told: W[] = [];
    this.#version = version;
    for (const [key, group] of groups) {
      const event = events.get(key);
      const isNews = group.version !== version;
      group.version = version;
      for (const [watcher, countsFrom] of group.watchers) {
        if (countsFrom > this.#readings || (countsFrom === 0 && !isNews)) continue;
        // Before anything is sent, which drops a watcher that does not read.
        group.watchers.set(watcher, 0);
        if (!event) this.#toReload.add(watcher);
        told.push(watcher);
        if (countsFrom > 0) watcher.send(resetEvent);
        if (event) watcher.send(event);
      }
    }
    return told;
  }

  #reloadSome(): void {
    if (this.#toReload.size === 0) return;
    const event = toEvent("change", { version: this.#version }, this.#version);
    for (const watcher of [...this.#toReload].slice(0, reloadsPerSecond)) {
      this.#toReload.delete(watcher);
      watcher.send(event);
    }
  }

  #sendHeartbeat(): void {
    this.#sendToAll(comment);
    this.#sendToAll(stateEvent(this.#isLive));
  }

  #sendToAll(event: Uint8Array): void {
    for (const watcher of this.#watchers()) watcher.send(event);
  }
}
