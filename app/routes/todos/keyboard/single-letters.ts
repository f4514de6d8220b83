import { useSyncExternalStore } from "react";

const name = "single-letter-shortcuts";
const listeners = new Set<() => void>();
/** For this page, if the browser stores nothing. */
let unkept: boolean | undefined;

/**
 * Whether single letters are shortcuts: people who dictate turn them off
 * (https://www.w3.org/TR/WCAG22/#character-key-shortcuts).
 * @returns undefined without JavaScript
 */
export function useSingleLetters(): boolean | undefined {
  return useSyncExternalStore(subscribe, read, () => undefined);
}

export function setSingleLetters(isOn: boolean): void {
  try {
    localStorage.setItem(name, isOn ? "on" : "off");
  } catch {
    unkept = isOn;
  }
  for (const listener of listeners) listener();
}

/**
 * @param key several do different things with one control
 * @returns the aria-keyshortcuts by which the key finds its control; undefined while the key does nothing
 */
export function useKeyShortcut(key: "n" | "/" | "?" | "e a d" | "a" | "Delete"): string | undefined {
  const isOn = useSingleLetters();
  const works = key === "Delete" ? isOn !== undefined : isOn;
  return works ? key : undefined;
}

function read(): boolean {
  try {
    return unkept ?? localStorage.getItem(name) !== "off";
  } catch {
    return unkept ?? true;
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  // The other tabs of the browser.
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}
