import { afterAll, vi } from "vitest";

interface Interval {
  work: () => void;
  everyMs: number;
  leftMs: number;
}

/**
 * Replaces `setInterval` until the end of the file: callbacks run when a test says that time has passed.
 * Vitest's own fake timers advance by themselves whenever a test polls.
 */
export function takeIntervals() {
  const intervals = new Map<unknown, Interval>();
  vi.stubGlobal("setInterval", (work: () => void, everyMs: number) => {
    const handle = { unref: () => handle, ref: () => handle };
    intervals.set(handle, { work, everyMs, leftMs: everyMs });
    return handle;
  });
  vi.stubGlobal("clearInterval", (handle: unknown) => void intervals.delete(handle));
  afterAll(() => void vi.unstubAllGlobals());

  return {
    pass(ms: number): void {
      for (const interval of intervals.values()) {
        for (interval.leftMs -= ms; interval.leftMs <= 0; interval.leftMs += interval.everyMs)
          interval.work();
      }
    },
    count: () => intervals.size,
  };
}
