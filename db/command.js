// @ts-check
// `npm run db:migrate` and others. A current build is run as it is, which needs neither tsx nor a directory to write to.
import { existsSync } from "node:fs";
import { isBuildStale } from "./build-age.js";

const [name] = process.argv.splice(2, 1);
const source = new URL(`commands/${name}.ts`, import.meta.url);
const compiled = new URL(`../build/commands/${name}.js`, import.meta.url);
// An image has no sources, and its directories are newer than its build.
const isCurrent = existsSync(compiled) && !(existsSync(source) && isBuildStale("."));
if (!isCurrent) {
  const tsx = await import("tsx/esm/api").catch((error) => {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    console.error("This needs a current build (`npm run build`) or the development dependencies (`npm ci`).");
    process.exit(1);
  });
  tsx.register();
}
await import((isCurrent ? compiled : source).href);
