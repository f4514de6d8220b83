import { defineConfig } from "vitest/config";

export default defineConfig({
  // For hangs alone: a busy machine is ten times slower.
  test: { include: ["tests/structure/**/*.test.ts"], testTimeout: 120_000 },
});
