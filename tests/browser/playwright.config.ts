import { defineConfig } from "@playwright/test";
import { findChromium } from "./chromium.ts";

const port = 3456;
const { executablePath, args } = await findChromium();

export default defineConfig({
  testDir: ".",
  outputDir: "../results/browser",
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 30_000,
  reporter: [["list"], ["json", { outputFile: "../results/playwright.json" }]],
  use: {
    baseURL: `http://localhost:${port}`,
    browserName: "chromium",
    launchOptions: { executablePath, args },
    screenshot: "only-on-failure",
  },
  projects: [
    { name: "with JavaScript" },
    { name: "without JavaScript", testIgnore: "http*.spec.ts", use: { javaScriptEnabled: false } },
  ],
  webServer: {
    command: "npm run -s local:reset && npm run -s local",
    cwd: "../..",
    // Each browser has an address of its own: see people.ts.
    env: { PORT: String(port), LOCAL_DIR: ".local-browser-tests", TRUST_PROXY_HOPS: "1" },
    url: `http://localhost:${port}/livez`,
    gracefulShutdown: { signal: "SIGTERM", timeout: 15_000 },
    timeout: 120_000,
    stderr: "pipe",
  },
});
