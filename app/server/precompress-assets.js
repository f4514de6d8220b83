// @ts-check
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/**
 * Compressing for each request would take as much CPU time as rendering the page.
 * @returns {import("vite").Plugin} writes a `.br` and a `.gz` beside each text asset of the browser build
 */
export function precompressAssets() {
  let directory = "";
  return {
    name: "precompress-assets",
    // Remix builds the server last, and only then writes the manifest of its routes into the browser build.
    apply: (_config, { command, isSsrBuild }) => command === "build" && isSsrBuild === true,
    configResolved(config) {
      directory = resolve(config.root, config.build.outDir, "../client");
    },
    closeBundle() {
      for (const file of readdirSync(directory, { recursive: true, encoding: "utf8" })) {
        const path = join(directory, file);
        if (!/\.(js|css|svg|webmanifest|txt)$/.test(file) || !statSync(path).isFile()) continue;
        const content = readFileSync(path);
        writeFileSync(`${path}.gz`, gzipSync(content, { level: constants.Z_BEST_COMPRESSION }));
        writeFileSync(`${path}.br`, brotliCompressSync(content));
      }
    },
  };
}
