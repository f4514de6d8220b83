import type { LiveEvents } from "#app/routes/todos/live/live-event.ts";

/** An event of `/events`, and the query string of the page for which it was sent. */
export type LiveMessage = {
  [Name in keyof LiveEvents]: { name: Name; data: LiveEvents[Name]; search: string };
}[keyof LiveEvents];

const name = "todos-live";
const names = ["change", "own", "state", "reset"] as const;
/** How long to wait after an answer that was no stream. Meanwhile the page asks its loader. */
const reopenMs = () => 4_000 + Math.random() * 4_000;

/**
 * Hears what the server sends to the pages of this browser, as long as this page can be seen.
 *
 * A browser opens six connections to a site at most, over all its tabs. So one of the visible ones, which holds a
 * lock, has a stream, and passes on what it hears to the others.
 * @param search the page's own query string
 * @returns what ends it
 */
export function openLiveConnection(search: string, onMessage: (message: LiveMessage) => void): () => void {
  const channel = new BroadcastChannel(name);
  let hide: (() => void) | undefined;
  let wasHidden = false;
  // What the page that has the stream repeats for one that appears.
  const last = new Map<LiveMessage["name"], LiveMessage>();

  function tell(message: LiveMessage): void {
    if (message.name !== "reset") last.set(message.name, message);
    channel.postMessage(message);
    onMessage(message);
  }

  channel.onmessage = ({ data }: MessageEvent<LiveMessage | "hello">) => {
    if (!hide) return;
    if (data === "hello") for (const message of last.values()) channel.postMessage(message);
    else onMessage(data);
  };

  /** Has the stream until it is given back. */
  function stream(): () => void {
    let source: EventSource | undefined;
    let reopening: ReturnType<typeof setTimeout> | undefined;
    function open(): void {
      const opened = new EventSource(`/events${search}`);
      source = opened;
      for (const name of names) {
        opened.addEventListener(name, ({ data }) =>
          tell({ name, data: JSON.parse(data), search } as LiveMessage),
        );
      }
      opened.onerror = () => {
        tell({ name: "state", data: { isLive: false }, search });
        // It comes back by itself unless there was an answer that is no stream: somebody was signed out, say.
        if (opened.readyState !== EventSource.CLOSED) return;
        tell({ name: "change", data: { version: "" }, search });
        reopening = setTimeout(open, reopenMs());
      };
    }
    open();
    return () => {
      clearTimeout(reopening);
      source?.close();
      last.clear();
    };
  }

  function show(): () => void {
    channel.postMessage("hello");
    // On plain http there are no locks, save on localhost: each page has a stream of its own there.
    if (!navigator.locks) return stream();
    const waiting = new AbortController();
    let giveBack = () => waiting.abort();
    navigator.locks
      .request(name, { signal: waiting.signal }, () => {
        // Granted in the moment in which it was given up.
        if (waiting.signal.aborted) return;
        const close = stream();
        return new Promise<void>((resolve) => {
          giveBack = () => {
            close();
            resolve();
          };
        });
      })
      .catch((error) => {
        if (error.name !== "AbortError") throw error;
      });
    return () => giveBack();
  }

  function update(): void {
    const isVisible = document.visibilityState === "visible";
    if (!isVisible) wasHidden = true;
    if (isVisible && !hide) {
      // What the others were told meanwhile counts, even if the database was restored to an earlier state.
      if (wasHidden) onMessage({ name: "reset", data: {}, search });
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
