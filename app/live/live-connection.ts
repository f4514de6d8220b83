import type { StreamEvents } from "./stream-events.ts";

/** An event, and the query string of the page for which it was sent. */
export type LiveMessage<Events extends StreamEvents> = {
  [Name in keyof Events]: { name: Name; data: Events[Name]; search: string };
}[keyof Events];

/** The pause after an answer that was not a stream. Meanwhile the page asks its loader. */
const reopenMs = () => 4_000 + Math.random() * 4_000;
/**
 * A connection may go silent without closing: after sleep, behind NAT, in a VPN. The server sends its state every 15 s,
 * so this is two of them lost.
 */
const silenceMs = 35_000;
/** Longer than the server takes to answer, even if its database hangs. */
const openingMs = 15_000;
const checkMs = 2_500;

/**
 * Hears what the server sends to the pages of this browser, while this page is visible. A browser opens at most six
 * connections to a site, over all its tabs. So one visible tab, which holds a lock, has a stream, and tells the others.
 * @param names of all events
 * @returns ends it
 */
export function openLiveConnection<Events extends StreamEvents>(
  path: string,
  search: string,
  names: readonly (keyof Events & string)[],
  onMessage: (message: LiveMessage<Events>) => void,
): () => void {
  type Message = LiveMessage<Events>;
  const channel = new BroadcastChannel(path);
  let hide: (() => void) | undefined;
  let wasHidden = false;
  let heardAt = Date.now();
  // What the tab that has the stream repeats for one that appears.
  const last = new Map<Message["name"], Message>();

  const toMessage = (name: keyof Events, data: unknown) => ({ name, data, search }) as Message;
  // While the machine sleeps, no other clock of a browser is sure to go on. This one may be set.
  const isSilentFor = (ms: number) => Math.abs(Date.now() - heardAt) > ms;

  function hear(message: Message): void {
    heardAt = Date.now();
    onMessage(message);
  }

  function tell(message: Message): void {
    if (message.name !== "reset") last.set(message.name, message);
    channel.postMessage(message);
    hear(message);
  }

  channel.onmessage = ({ data }: MessageEvent<Message | "hello">) => {
    if (!hide) return;
    if (data === "hello") for (const message of last.values()) channel.postMessage(message);
    else hear(data);
  };

  function stream(): () => void {
    let source: EventSource | undefined;
    let reopening: ReturnType<typeof setTimeout> | undefined;
    function open(): void {
      heardAt = Date.now();
      const opened = new EventSource(path + search);
      source = opened;
      for (const name of names) {
        opened.addEventListener(name, ({ data }) => tell(toMessage(name, JSON.parse(data))));
      }
      opened.onerror = () => {
        tell(toMessage("state", { isLive: false }));
        // It reconnects by itself, unless the answer was not a stream, for example after signing out.
        if (opened.readyState !== EventSource.CLOSED) return;
        tell(toMessage("change", { version: "" }));
        reopening = setTimeout(open, reopenMs());
      };
    }
    function close(): void {
      clearTimeout(reopening);
      source?.close();
    }
    function reopen(): void {
      close();
      tell(toMessage("state", { isLive: false }));
      open();
    }
    open();
    const checking = setInterval(() => {
      if (isSilentFor(source?.readyState === EventSource.OPEN ? silenceMs : openingMs)) reopen();
    }, checkMs);
    window.addEventListener("online", reopen);
    return () => {
      clearInterval(checking);
      window.removeEventListener("online", reopen);
      close();
      last.clear();
    };
  }

  function show(): () => void {
    heardAt = Date.now();
    channel.postMessage("hello");
    // Plain http has no locks, except on localhost: each tab has a stream of its own there.
    if (!navigator.locks) return stream();
    let waiting = new AbortController();
    /** Of the tab that has the stream. */
    let giveBack: (() => void) | undefined;

    async function takeTurns(options: LockOptions): Promise<void> {
      const { signal } = waiting;
      try {
        await navigator.locks.request(path, options, () => {
          // The lock may be granted at the moment in which it is given up.
          if (signal.aborted) return;
          const close = stream();
          return new Promise<void>((resolve) => {
            giveBack = () => {
              giveBack = undefined;
              close();
              resolve();
            };
          });
        });
      } catch (error) {
        if (!(error instanceof DOMException) || error.name !== "AbortError") throw error;
        if (signal.aborted) return;
        // Another tab has taken it.
        giveBack?.();
        takeTurns({ signal });
      }
    }

    // A tab that is frozen keeps the lock.
    const checking = setInterval(() => {
      if (giveBack || !isSilentFor(silenceMs + 2 * checkMs)) return;
      waiting.abort();
      waiting = new AbortController();
      hear(toMessage("state", { isLive: false }));
      takeTurns({ steal: true });
    }, checkMs);
    takeTurns({ signal: waiting.signal });
    return () => {
      clearInterval(checking);
      waiting.abort();
      giveBack?.();
    };
  }

  function update(): void {
    const isVisible = document.visibilityState === "visible";
    if (!isVisible) wasHidden = true;
    if (isVisible && !hide) {
      // What the other tabs heard meanwhile counts, even if the database was restored to an earlier state.
      if (wasHidden) onMessage(toMessage("reset", {}));
      hide = show();
    }
    if (!isVisible && hide) {
      hide();
      hide = undefined;
    }
  }

  update();
  document.addEventListener("visibilitychange", update);
  return () => {
    document.removeEventListener("visibilitychange", update);
    hide?.();
    hide = undefined;
    channel.close();
  };
}
