import { type Typed, typedIn } from "../changes/answer.ts";
import { isTodoId } from "../list/cursor.ts";

/** What a user did that the server may not have yet. It is sent until there is an answer. */
export type WaitingChange = WaitingAdd | WaitingTick;

interface Waiting {
  /** A UUID. */
  key: string;
  /** No other user's session may send it. */
  userId: string;
  /** When, in milliseconds; no two of a page have the same. */
  at: number;
}

export interface WaitingAdd extends Waiting {
  intent: "add";
  typed: Typed;
  /** The newest todo of the page when it was first sent. From then on the list may have what is to be added. */
  sentAfter?: string;
  /** Why the server does not accept it. Then it waits for its author. */
  refusal?: string;
}

export interface WaitingTick extends Waiting {
  intent: "toggle";
  id: string;
  complete: boolean;
  /** Names it to the user. */
  task: string;
}

/** More would be a list of its own, which should not depend on one browser's storage. */
export const mostWaiting = 100;

/** Each change is an item of its own: tabs that write at the same time do not take each other's away. */
const prefix = "todos-waiting/";
const none: WaitingChange[] = [];
const listeners = new Set<() => void>();
/** What the browser does not store is kept as long as the page. */
const unstored = new Map<string, WaitingChange>();
let current: WaitingChange[] | undefined;

/** All that waits in this browser, the oldest first. It stays the same array until something changes. */
export function waitingChanges(): WaitingChange[] {
  current ??= read();
  return current;
}

/** Reads the storage again: what another tab has written may not have been told yet. */
export function refreshWaiting(): WaitingChange[] {
  const before = waitingChanges();
  const now = read();
  if (JSON.stringify(now) === JSON.stringify(before)) return before;
  current = now;
  for (const listener of listeners) listener();
  return now;
}

/** Keeps a change, or its new state. Of several ticks of one todo the last one counts. */
export function keepWaiting(change: WaitingChange): void {
  if (change.intent === "toggle") {
    for (const other of waitingChanges()) {
      if (other.intent === "toggle" && other.id === change.id) remove(other.key);
    }
  }
  try {
    localStorage.setItem(prefix + change.key, JSON.stringify(change));
    unstored.delete(change.key);
  } catch {
    // An earlier state of it would be sent as well.
    remove(change.key);
    unstored.set(change.key, change);
  }
  refreshWaiting();
}

export function dropWaiting(key: string): void {
  remove(key);
  refreshWaiting();
}

/** Drops what other users did in this browser, and what cannot be read. @param userId null: drops everything */
export function dropWaitingOfOthers(userId: string | null): void {
  const own = new Set(
    waitingChanges()
      .filter((change) => change.userId === userId)
      .map(({ key }) => key),
  );
  for (const key of [...storedKeys(), ...unstored.keys()]) if (!own.has(key)) remove(key);
  refreshWaiting();
}

/** When the next change is made: after all others, even if the clock was set back. */
export function timeOfNext(): number {
  return Math.max(Date.now(), ...waitingChanges().map(({ at }) => at + 1));
}

export function subscribeWaiting(listener: () => void): () => void {
  listeners.add(listener);
  // The other tabs of the browser; and a page that comes back from where it heard nothing of them.
  window.addEventListener("storage", refreshWaiting);
  window.addEventListener("pageshow", refreshWaiting);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", refreshWaiting);
    window.removeEventListener("pageshow", refreshWaiting);
  };
}

/** For the server, which has no such storage. */
export function nothingUnsent(): WaitingChange[] {
  return none;
}

function remove(key: string): void {
  unstored.delete(key);
  try {
    localStorage.removeItem(prefix + key);
  } catch {
    // Then nothing was stored.
  }
}

function read(): WaitingChange[] {
  const stored = storedKeys().map((key) => parse(key, localStorage.getItem(prefix + key)));
  return [...stored, ...unstored.values()]
    .filter((change) => change !== undefined)
    .sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1));
}

function storedKeys(): string[] {
  try {
    return Object.keys(localStorage)
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length));
  } catch {
    return [];
  }
}

/** @returns undefined for what this app cannot have written */
function parse(key: string, text: string | null): WaitingChange | undefined {
  try {
    const {
      userId,
      at,
      task,
      typed = { task },
      intent,
      id,
      complete,
      sentAfter,
      refusal,
    } = JSON.parse(text ?? "");
    if (!/^[\da-f-]{36}$/.test(key) || !isText(userId) || !Number.isFinite(at)) return undefined;
    const waiting = { key, userId, at };
    if (intent === "toggle" && isText(id) && isTodoId(id) && typeof complete === "boolean" && isText(task)) {
      return { ...waiting, intent, id, complete, task };
    }
    if (intent !== "add" || !isText(typed.task)) return undefined;
    return {
      ...waiting,
      intent,
      typed: typedIn(new Map(Object.entries(typed))),
      ...(isText(sentAfter) && /^\d{1,19}$/.test(sentAfter) && { sentAfter }),
      ...(isText(refusal) && { refusal }),
    };
  } catch {
    return undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
