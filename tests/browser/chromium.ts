import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";

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
  // Chromium keeps a process ready for the next page, which a new context never uses: a fifth of the CPU, in a Chromium
  // with a window a third.
  "--renderer-process-limit=1",
  // The sandbox does not start as root, nor in most containers; the tests visit nothing but our own pages.
  "--no-sandbox",
];

/**
 * The browser that tests run in: `CHROMIUM_PATH`; else on Linux x64 the one from npm, which has no window and needs two
 * thirds of the time; else one on the machine.
 * @throws {Error} saying what to do if there is none, or if it does not start
 */
export async function findChromium(): Promise<Chromium> {
  const { CHROMIUM_PATH } = process.env;
  const executablePath = CHROMIUM_PATH || (await unpackedChromium()) || installedChromium();
  const problem = problemOf(executablePath);
  if (problem === undefined) return { executablePath, args };
  throw new Error(
    `The browser ${executablePath} does not start: ${problem}. ` +
      "Install Chrome or Chromium, or set CHROMIUM_PATH to the program of one that starts.",
  );
}

/** Why a browser does not start. */
function problemOf(executablePath: string): string | undefined {
  const { status, error, stderr } = spawnSync(executablePath, ["--version"], {
    encoding: "utf8",
    timeout: 30_000,
  });
  return status === 0 ? undefined : (error?.message ?? stderr.trim());
}

/** @throws {Error} if there is none */
function installedChromium(): string {
  const { PATH = "" } = process.env;
  const onPath = PATH.split(delimiter).flatMap((directory) => names.map((name) => join(directory, name)));
  const installed = [...onPath, ...wellKnownPaths].find(existsSync);
  if (installed) return installed;
  throw new Error(
    "Browser tests need a Chrome or Chromium: install one, or set CHROMIUM_PATH to its program.",
  );
}

/** Where the browser from npm is unpacked, with its libraries: 200 MB, once per installation. */
const unpackedTo = resolve("node_modules/.cache/chromium");

const fontConfiguration = `<?xml version="1.0"?>
<fontconfig>
  <dir>${unpackedTo}/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${unpackedTo}/fonts-cache</cachedir>
</fontconfig>
`;

/**
 * Unpacks the browser that `@sparticuz/chromium` brings, if it starts here.
 *
 * We do not use its own arguments: `--single-process` crashes with the second browser context, and
 * `--disable-web-security` would hide what browsers forbid.
 */
async function unpackedChromium(): Promise<string | undefined> {
  if (process.platform !== "linux" || process.arch !== "x64") return undefined;
  const { TMPDIR } = process.env;
  // It unpacks to the temporary directory, where another user may already have one.
  process.env.TMPDIR = unpackedTo;
  // Makes it unpack the libraries that a bare image lacks, libnss3 among them.
  process.env.AWS_EXECUTION_ENV ??= "AWS_Lambda_nodejs22.x";
  mkdirSync(unpackedTo, { recursive: true });
  // Its font configuration names /tmp; without a font Chromium crashes at the first text.
  process.env.FONTCONFIG_FILE ??= join(unpackedTo, "fonts.conf");
  writeFileSync(join(unpackedTo, "fonts.conf"), fontConfiguration);
  try {
    const { default: chromium } = await import("@sparticuz/chromium");
    const executablePath = await chromium.executablePath();
    return problemOf(executablePath) === undefined ? executablePath : undefined;
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
}
