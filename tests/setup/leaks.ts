import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { afterAll, expect } from "vitest";

// Whatever a test file opened has to be closed when it ends. First among the setup files, so that its hook runs
// last, after the others have closed what is theirs.
const before = held();

/** Sockets take a moment to close, and Stack's SDK waits 5 s for something after each sign-in. */
const patienceMs = 8_000;

afterAll(async () => {
  // Not with vi.waitFor, which has timers of its own.
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await delay(20)) {
    if (isDeepStrictEqual(held(), before)) return;
  }
  expect(held()).toEqual(before);
});

/** What keeps the process alive, or listens in it: timers, sockets, servers, child processes, listeners. */
function held() {
  const resources = process.getActiveResourcesInfo().filter((name) => /Timeout|TCP|Process|UDP/.test(name));
  const listeners = process.eventNames().map((name) => `${String(name)} × ${process.listenerCount(name)}`);
  return { resources: resources.sort(), listeners: listeners.sort() };
}
