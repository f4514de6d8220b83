import { defineConfig } from "vitest/config";

// Production processes, a Postgres, and a stand-in for Stack Auth, behind proxies that can break them.
export default defineConfig({
  test: {
    include: ["tests/faults/**/*.test.ts"],
    globalSetup: "tests/faults/build.ts",
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 60_000 } },
    fileParallelism: false,
  },
});
