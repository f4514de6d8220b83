import { type Typed, typedIn } from "../changes/answer.ts";
import { isTodoId } from "../list/cursor.ts";

/** A change that the server may not have yet. It is sent until there is an answer. */
export type WaitingChange = WaitingAdd | WaitingTick;

interface Waiting {
  /** A UUID. */
  key: string;
  /** Another user's session must not send it. */
  userId: string;
  /** Milliseconds, unique on a page. */
  at: number;
}

export interface WaitingAdd extends Waiting {
  intent: "add";
  typed: Typed;
  /** The newest todo of the page when this was first sent. A newer one may be this one. */
  sentAfter?: string;
  /** Why the server refused it. It waits for the user then. */
  refusal?: string;
  /** The field that it is about, if it is about one. */
  refusedField?: string;
}

interface WaitingTick extends Waiting {
  intent: "toggle";
  id: string;
  complete: boolean;
  task: string;
}

/** More should not depend on one browser's storage. */
export const mostWaiting = 100;

/** One item per change, so that tabs do not overwrite each other. */
const prefix = "todos-waiting/";
const listeners = new Set<() => void>();
/** Without storage, changes last as long as the page. */
const unstored = new Map<string, WaitingChange>();
let current: WaitingChange[] | undefined;

/** The oldest first. It stays the same array until something changes. */
export function waitingChanges(): WaitingChange[] {
  current ??= read();
  return current;
}

/** Reads what other tabs have written, before the browser tells. */
export function refreshWaiting(): WaitingChange[] {
  const before = waitingChanges();
  const now = read();
  if (JSON.stringify(now) === JSON.stringify(before)) return before;
  current = now;
  for (const listener of listeners) listener();
  return now;
}

/** Of several ticks of one todo the last one counts. */
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
    // An earlier state would be sent, too.
    remove(change.key);
    unstored.set(change.key, change);
  }
  refreshWaiting();
}

export function dropWaiting(key: string): void {
  remove(key);
  refreshWaiting();
}

/** Also drops what cannot be read. @param userId null: drops everything */
export function dropWaitingOfOthers(userId: string | null): void {
  const own = new Set(
    waitingChanges()
      .filter((change) => change.userId === userId)
      .map(({ key }) => key),
  );
  for (const key of [...storedKeys(), ...unstored.keys()]) if (!own.has(key)) remove(key);
  refreshWaiting();
}

/** After all other changes, even if the clock was set back. */
export function timeOfNext(): number {
  return Math.max(Date.now(), ...waitingChanges().map(({ at }) => at + 1));
}

export function subscribeWaiting(listener: () => void): () => void {
  listeners.add(listener);
  // Other tabs, and a page that returns from the back/forward cache.
  window.addEventListener("storage", refreshWaiting);
  window.addEventListener("pageshow", refreshWaiting);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", refreshWaiting);
    window.removeEventListener("pageshow", refreshWaiting);
  };
}

function remove(key: string): void {
  unstored.delete(key);
  try {
    localStorage.removeItem(prefix + key);
  } catch {
    // Nothing was stored.
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

/** @returns undefined for what this app did not write */
function parse(key: string, text: string | null): WaitingChange | undefined {
  try {
    const stored = JSON.parse(text ?? "");
    const { userId, at, task, intent, id, complete, sentAfter, refusal, refusedField } = stored;
    if (!/^[\da-f-]{36}$/.test(key) || !isText(userId) || !Number.isFinite(at)) return undefined;
    const waiting = { key, userId, at };
    if (intent === "toggle" && isText(id) && isTodoId(id) && typeof complete === "boolean" && isText(task)) {
      return { ...waiting, intent, id, complete, task };
    }
    const { typed = { task } } = stored;
    if (intent !== "add" || !isText(typed.task)) return undefined;
    return {
      ...waiting,
      intent,
      typed: typedIn(new Map(Object.entries(typed))),
      ...(isText(sentAfter) && /^\d{1,19}$/.test(sentAfter) && { sentAfter }),
      ...(isText(refusal) && { refusal }),
      ...(isText(refusedField) && { refusedField }),
    };
  } catch {
    return undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
