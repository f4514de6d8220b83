import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { afterAll, expect } from "vitest";

// A test file must close whatever it opens. This is one of the first setup files, so that its hook runs after the others
// have cleaned up. What counts is what the process held before its first file: Vitest has a timer between two files.
const shared = globalThis as { heldBefore?: ReturnType<typeof held> };
shared.heldBefore ??= held();
const before = shared.heldBefore;

/** Sockets take a moment to close. */
const patienceMs = 60_000;

afterAll(async () => {
  // Not vi.waitFor, which has timers of its own.
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await delay(20)) {
    if (isDeepStrictEqual(held(), before)) return;
  }
  const after = held();
  // A later file in this process is not to blame.
  shared.heldBefore = after;
  expect(after).toEqual(before);
});

/** Timers, sockets, servers, child processes and listeners. */
function held() {
  const resources = process.getActiveResourcesInfo().filter((name) => /Timeout|TCP|Process|UDP/.test(name));
  const listeners = process.eventNames().map((name) => `${String(name)} × ${process.listenerCount(name)}`);
  return { resources: resources.sort(), listeners: listeners.sort() };
}
