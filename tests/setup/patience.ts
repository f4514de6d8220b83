import { vi } from "vitest";

// A time limit in a test is for a hang. Vitest gives up waiting after a second, and has no setting for it.
const { waitFor } = vi;
vi.waitFor = (work, options = {}) =>
  waitFor(work, { timeout: 60_000, ...(typeof options === "number" ? { timeout: options } : options) });
