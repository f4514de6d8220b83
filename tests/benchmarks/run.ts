import { spawnSync } from "node:child_process";

// `npm run bench [-- <name> … [--<option> …]]`: each prints ratios against a baseline that it names.

const all = ["first-page", "page", "queries", "writes", "migrations", "live", "interactions"];
const args = process.argv.slice(2);
const firstOption = args.findIndex((arg) => arg.startsWith("--"));
const chosen = firstOption < 0 ? args : args.slice(0, firstOption);
const options = args.slice(chosen.length);
const unknown = chosen.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark "${unknown.join('", "')}": ${all.join(", ")}.`);
  process.exit(1);
}

for (const name of chosen.length > 0 ? chosen : all) {
  console.log(`\n── ${name}`);
  const { status } = spawnSync(
    process.execPath,
    ["--import", "tsx", `tests/benchmarks/${name}.ts`, ...options],
    {
      stdio: "inherit",
    },
  );
  if (status !== 0) process.exitCode = 1;
}
