import { defineConfig } from "vitest/config";

// Against a production build that runs as `npm run local` does, over HTTP.
export default defineConfig({
  test: {
    include: ["tests/http/**/*.test.ts"],
    globalSetup: "tests/http/setup.ts",
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 60_000 } },
    fileParallelism: false,
  },
});
