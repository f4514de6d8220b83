// @ts-check
import { readFileSync } from "node:fs";

const { dependencies } = JSON.parse(readFileSync("package.json", "utf8"));

/**
 * Vite's `ssr` option for what production runs: `dependencies` are installed there, everything else is bundled.
 *
 * Of Remix and of Stack's SDK the app runs 3 MB. Installed they take 170 MB, with TypeScript, Babel, and esbuild.
 */
export const productionPackages = {
  noExternal: /** @type {true} */ (true),
  external: Object.keys(dependencies),
};
