import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/sql/**/*.test.ts"],
    globalSetup: "tests/setup/postgres.ts",
    setupFiles: ["tests/setup/databases.ts"],
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
