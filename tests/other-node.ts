// Runs tests on the other line of Node that the app supports, with a program that npm brings: those that lean the most on
// Node's own fetch, streams, signals, and crypto, and what only that line can do.
import { spawnSync } from "node:child_process";

const files = ["access-token", "events", "export", "local-main", "oauth.test", "stack-failing"];
const version = "22.23.5";
const { platform, arch } = process;
const program = `node-${platform}-${arch}@${version}`;
const npmExec = ["exec", "--yes", `--package=${program}`, "-c"];

const found = spawnSync("npm", [...npmExec, "node --version"], { encoding: "utf8", timeout: 300_000 });
if (found.stdout?.trim() !== `v${version}`) {
  console.log(`↓ skipped: npm does not bring ${program}`);
  process.exit(0);
}
const { TEST_REPORT = "tests/results/other-node.json" } = process.env;
const vitest = `node node_modules/vitest/vitest.mjs run -c remix.config.js --project loaders --project processes ${files.join(" ")}`;
const reporters = `--reporter=default --reporter=json --outputFile.json=${TEST_REPORT}`;
const { status } = spawnSync("npm", [...npmExec, `${vitest} ${reporters}`], { stdio: "inherit" });
process.exit(status ?? 1);
