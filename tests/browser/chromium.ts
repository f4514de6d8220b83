import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** How to start a Chromium. */
export interface Chromium {
  executablePath: string;
  args: string[];
}

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const wellKnownPaths = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

const args = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // The sandbox does not start as root, nor in most containers; the tests visit nothing but our own pages.
  "--no-sandbox",
];

/**
 * The browser that tests run in: `CHROMIUM_PATH`, else one that the machine has, else the one that came
 * along from npm, which runs on Linux x64 alone.
 * @throws {Error} saying what to do when there is none
 */
export async function findChromium(): Promise<Chromium> {
  const { CHROMIUM_PATH, PATH = "" } = process.env;
  if (CHROMIUM_PATH) return { executablePath: CHROMIUM_PATH, args };
  const onPath = PATH.split(delimiter).flatMap((directory) => names.map((name) => join(directory, name)));
  const installed = [...onPath, ...wellKnownPaths].find(existsSync);
  if (installed) return { executablePath: installed, args };

  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(
      "Browser tests need a Chrome or Chromium: install one, or set CHROMIUM_PATH to its program.",
    );
  }
  // Makes the package unpack the libraries that a bare image lacks, libnss3 among them.
  process.env.AWS_EXECUTION_ENV ??= "AWS_Lambda_nodejs22.x";
  const { default: bundled } = await import("@sparticuz/chromium");
  // Not with the package's own arguments: `--single-process` crashes with the second context, and
  // `--disable-web-security` would hide what a page may not do.
  return { executablePath: await bundled.executablePath(), args };
}
