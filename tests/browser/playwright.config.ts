import { defineConfig } from "@playwright/test";
import { exemptLoopbackFromProxies } from "#app/platform/environment.server.ts";
import { findChromium } from "./chromium.ts";

exemptLoopbackFromProxies();
const { executablePath, args } = await findChromium();

export default defineConfig({
  testDir: ".",
  outputDir: "../results/browser",
  // One per core, each with an instance of its own.
  workers: "100%",
  retries: 0,
  forbidOnly: true,
  // For hangs alone: a busy machine is ten times slower.
  timeout: 300_000,
  expect: { timeout: 60_000 },
  reporter: [["list"], ["json", { outputFile: process.env.TEST_REPORT ?? "../results/browser.json" }]],
  use: {
    browserName: "chromium",
    launchOptions: { executablePath, args },
    screenshot: "only-on-failure",
  },
  projects: [
    { name: "with JavaScript", grepInvert: /@no-script/ },
    {
      name: "without JavaScript",
      grepInvert: /@script/,
      // What a page does by itself.
      testIgnore: ["layout", "live", "network", "ticks"].map((name) => `${name}.spec.ts`),
      use: { javaScriptEnabled: false },
    },
  ],
});
