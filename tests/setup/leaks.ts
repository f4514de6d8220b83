import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { afterAll, expect } from "vitest";

// A test file must close whatever it opens. This is the first setup file, so that its hook runs last, after the others
// have cleaned up.
const before = held();

/** Sockets take a moment to close. */
const patienceMs = 60_000;

afterAll(async () => {
  // Not vi.waitFor, which has timers of its own.
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await delay(20)) {
    if (isDeepStrictEqual(held(), before)) return;
  }
  expect(held()).toEqual(before);
});

/** Timers, sockets, servers, child processes and listeners. */
function held() {
  const resources = process.getActiveResourcesInfo().filter((name) => /Timeout|TCP|Process|UDP/.test(name));
  const listeners = process.eventNames().map((name) => `${String(name)} × ${process.listenerCount(name)}`);
  return { resources: resources.sort(), listeners: listeners.sort() };
}
