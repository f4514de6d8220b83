// @ts-check
// The one configuration of Remix, Vite and Vitest.
import { availableParallelism } from "node:os";
import { vitePlugin as remix } from "@remix-run/dev";
import { defineConfig } from "vitest/config";
import { precompressAssets } from "./app/server/precompress-assets.js";
import { productionPackages } from "./app/server/production-packages.js";

/** @type {NonNullable<Parameters<typeof remix>[0]>} */
const remixOptions = {
  appDirectory: "app",
  serverModuleFormat: "esm",
  future: {
    v3_fetcherPersist: true,
    v3_relativeSplatPath: true,
    v3_throwAbortReason: true,
    v3_routeConfig: true,
    // docs/decisions/0001-remix-2.md says why these two stay off.
    v3_singleFetch: false,
    v3_lazyRouteDiscovery: false,
  },
};

/**
 * Two scripts for what every page needs, in place of a small one for each set of pages that share a module.
 * @returns {import("vite").Plugin}
 */
function fewScripts() {
  return {
    name: "few-scripts",
    config: (_config, { isSsrBuild }) =>
      isSsrBuild
        ? undefined
        : // Compressed, 4 KB smaller than by esbuild.
          { build: { minify: "terser", rollupOptions: { output: { manualChunks: scriptOf } } } },
  };
}

/**
 * In development Vite runs packages as they are.
 * @returns {import("vite").Plugin}
 */
function bundlePackages() {
  return { name: "bundle-packages", apply: "build", config: () => ({ ssr: productionPackages }) };
}

/** @param {string} id */
function scriptOf(id) {
  if (id.includes("/node_modules/")) return "libraries";
  return /\/app\/(components|document|http|platform|routes\/todos\/(drafts|outbox)\/storage)/.test(id)
    ? "shared"
    : undefined;
}

export default defineConfig({
  plugins: process.env.VITEST
    ? []
    : [remix(remixOptions), fewScripts(), bundlePackages(), precompressAssets()],
  // Development servers with a LOCAL_DIR each may run side by side; each keeps what it bundled to itself.
  cacheDir: `node_modules/.vite/${(process.env.LOCAL_DIR ?? "").replaceAll(/\W+/g, "-")}`,
  server: { watch: { ignored: ["**/.local*/**", "**/tests/results/**"] } },
  build: { target: "es2022" },
  optimizeDeps: {
    // Vite would find the routes' dependencies one page at a time, bundle anew at each find, and mix two copies
    // of React on the page that is open.
    entries: ["app/entry.client.tsx", "app/root.tsx", "app/routes/**/*.tsx", "app/components/**/*.tsx"],
  },
  test: {
    globalSetup: "tests/setup/postgres.ts",
    // One more than there are cores: some tests wait for time limits of the app.
    maxWorkers: availableParallelism() + 1,
    // tests/setup/fresh.ts gives each file modules of its own. With a process for each, loading took half of the time.
    isolate: false,
    reporters: ["default", "./tests/setup/first-result.ts"],
    setupFiles: [
      "tests/setup/fresh.ts",
      "tests/setup/leaks.ts",
      "tests/setup/patience.ts",
      "tests/setup/databases.ts",
    ],
    unstubEnvs: true,
    // For hangs alone: a busy machine is ten times slower.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    silent: "passed-only",
    projects: [
      {
        extends: true,
        test: {
          name: "loaders",
          include: ["tests/loaders/**/*.test.{ts,tsx}"],
          setupFiles: ["tests/setup/stack.ts"],
        },
      },
      {
        // By the driver's own route, HTTPS to a host of Neon's. tests/db/neon/conformance.test.ts holds that route and TCP
        // to the same answers, so these are the files that ask the most of the driver: snapshots, searches, arrays,
        // batches read on demand, constraints and conflicts that become answers, JSON, and locks.
        extends: true,
        test: {
          name: "loaders on Neon",
          include: [
            "todos/bulk",
            "todos/edit",
            "stats/export",
            "todos/find",
            "profiles/late-profile",
            "profiles/refresh-profile",
            "profiles/sweep",
            "todos/todos",
          ].map((name) => `tests/loaders/${name}.test.ts`),
          setupFiles: ["tests/setup/neon.ts", "tests/setup/stack.ts"],
        },
      },
      {
        extends: true,
        test: {
          name: "db",
          include: ["tests/db/**/*.test.ts"],
          exclude: ["tests/db/neon/**", "tests/db/neon-over-tcp/**"],
        },
      },
      {
        // These set up the driver, and libraries on top of it, for the whole process: Drizzle changes how types are parsed.
        extends: true,
        test: {
          name: "driver",
          isolate: true,
          include: ["tests/db/neon/**/*.test.ts", "tests/db/neon-over-tcp/**/*.test.ts"],
        },
      },
      {
        // Commands and servers, each a process of its own that runs the build.
        extends: true,
        test: {
          name: "processes",
          isolate: true,
          include: ["tests/processes/**/*.test.ts"],
          globalSetup: "tests/faults/build.ts",
        },
      },
    ],
  },
});
