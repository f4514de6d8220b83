import { defineConfig } from "vitest/config";

// Production processes, a Postgres, and a stand-in for Stack Auth, behind proxies that can break them.
export default defineConfig({
  test: {
    globalSetup: "tests/faults/build.ts",
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 60_000 } },
    projects: [
      {
        // Each file has a Postgres, a Stack, and processes of its own, and waits for time limits.
        extends: true,
        test: {
          name: "one fault",
          include: ["tests/faults/**/*.test.ts"],
          exclude: ["tests/faults/pile-up.test.ts"],
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Hundreds of requests at once keep a core busy.
        extends: true,
        test: { name: "pile-up", include: ["tests/faults/pile-up.test.ts"], sequence: { groupOrder: 1 } },
      },
    ],
  },
});
