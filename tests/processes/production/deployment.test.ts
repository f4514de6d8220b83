import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { connectClient } from "#app/db/database.server.ts";
import { inheritedVariables } from "#app/platform/environment.server.ts";
import { freePort } from "#db/local/postgres/free-port.ts";
import { formInFlight } from "./request-in-flight.ts";

// No Docker is needed: the steps of the Dockerfile are done in directories, and its files are held to each other.

const contentOf = (path: string) => readFileSync(path, "utf8");

interface Stage {
  name: string;
  base: string;
  lines: string[];
}

const stages: Stage[] = contentOf("Dockerfile")
  .replaceAll("\\\n", " ")
  .split(/^FROM /m)
  .slice(1)
  .map((stage) => {
    const [from = "", ...lines] = stage.split("\n");
    const [base = "", , name = "image"] = from.split(" ");
    return { name, base, lines };
  });

/** What an instruction of the image is given, such as that of `CMD`. */
function inImage(instruction: string): string {
  const lines = stages.at(-1)?.lines ?? [];
  return lines.find((line) => line.startsWith(`${instruction} `))?.slice(instruction.length + 1) ?? "";
}
const commandIn = (words: string) => z.array(z.string()).parse(JSON.parse(words.slice(words.indexOf("["))));

/** The directories of the stages by name, and that of the image. */
let directory: string;
const databaseUrl = new URL(z.string().parse(process.env.DATABASE_URL));
const databaseName = `deployment_${randomBytes(6).toString("hex")}`;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "todos-image-"));
  // Another user has to pass through.
  chmodSync(directory, 0o755);
  copyContext(join(directory, "context"));
  for (const stage of stages) makeStage(stage);
  const image = join(directory, "image");
  expect(spawnSync("chmod", ["-R", "a-w,a+rX", image]).status).toBe(0);
  await onServer(`create database ${databaseName}`);
  databaseUrl.pathname = databaseName;
  // It installs twice, and builds.
}, 600_000);
afterAll(async () => {
  databaseUrl.pathname = "postgres";
  await onServer(`drop database if exists ${databaseName} with (force)`);
  spawnSync("chmod", ["-R", "u+w", directory]);
  rmSync(directory, { recursive: true, force: true });
});

async function onServer(statement: string): Promise<void> {
  const client = await connectClient(databaseUrl.href);
  await client.query(statement).finally(() => client.end());
}

/** What `.dockerignore` leaves: it ignores everything, and takes some of it back. */
function copyContext(context: string): void {
  mkdirSync(context);
  const [everything, ...taken] = contentOf(".dockerignore")
    .split("\n")
    .filter((line) => line && !line.startsWith("#"));
  expect(everything).toBe("*");
  for (const line of taken) {
    expect(line).toMatch(/^!\w[\w.-]*$/);
    cpSync(line.slice(1), join(context, line.slice(1)), { recursive: true });
  }
}

function makeStage({ name, base, lines }: Stage): void {
  const stage = join(directory, name);
  if (existsSync(join(directory, base))) cpSync(join(directory, base), stage, { recursive: true });
  else mkdirSync(stage);
  for (const line of lines) {
    const [instruction, ...words] = line.split(" ");
    if (instruction === "COPY") copyInto(stage, words);
    // The packages of this checkout are those of the lock file.
    else if (line === "RUN npm ci --no-audit --no-fund")
      symlinkSync(join(process.cwd(), "node_modules"), join(stage, "node_modules"));
    else if (instruction === "RUN") runIn(stage, words.join(" "));
  }
}

function copyInto(stage: string, words: string[]): void {
  const from = words[0]?.startsWith("--from=") ? words.shift()?.slice("--from=".length) : undefined;
  const target = words.pop() ?? "";
  for (const source of words) {
    if (source.startsWith("/etc/")) continue;
    const path = from
      ? join(directory, from, source.replace(/^\/app\//, ""))
      : join(directory, "context", source);
    const to = target.endsWith("/")
      ? join(stage, target, source === "." ? "" : basename(source))
      : join(stage, target);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(path, to, { recursive: true, verbatimSymlinks: true });
  }
}

function runIn(stage: string, command: string): void {
  const { status, stdout, stderr } = spawnSync("sh", ["-c", command], {
    cwd: stage,
    env: {
      ...inheritedVariables(),
      NODE_ENV: "production",
      npm_config_prefer_offline: "true",
    } as NodeJS.ProcessEnv,
    encoding: "utf8",
  });
  expect(status, `${command}\n${stdout}\n${stderr}`).toBe(0);
}

const appOrigin = "https://todos.example.com";

/** An ordinary user, who can write nowhere. */
function inContainer(command: string[], variables: Record<string, string> = {}) {
  const [program = "", ...args] = command;
  const child = spawn(program, args, {
    cwd: join(directory, "image"),
    env: {
      PATH: process.env.PATH,
      NODE_ENV: "production",
      TMPDIR: "/nowhere",
      HOME: "/nowhere",
      DATABASE_URL: databaseUrl.href,
      APP_ORIGIN: appOrigin,
      SESSION_SECRET: "a secret for tests, 32 characters or more",
      STACK_PROJECT_ID: "6f1ff9d5-1b8a-4a2e-9f6f-6c7c2a8f5b10",
      STACK_PUBLISHABLE_CLIENT_KEY: "pck_test",
      STACK_SECRET_SERVER_KEY: "ssk_test",
      STACK_API_URL: "http://127.0.0.1:1",
      ...variables,
    },
    ...(process.getuid?.() === 0 && { uid: 65_534, gid: 65_534 }),
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const output = Promise.all([text(child.stdout), text(child.stderr)]).then((parts) => parts.join(""));
  return { child, output, exited: once(child, "exit") };
}

const migrateCommand = "node db/command.js dbmate migrate";

test("the image holds no secrets, no tests, no sources, and nothing that only development needs", () => {
  const image = join(directory, "image");
  expect(readdirSync(image).sort()).toEqual(["app", "build", "db", "node_modules", "package.json"]);
  expect(readdirSync(join(image, "db")).sort()).toEqual(["build-age.js", "command.js", "migrations"]);
  expect(readdirSync(join(image, "app"))).toEqual(["start.js"]);
  const packages = readdirSync(join(image, "node_modules"));
  for (const name of ["typescript", "esbuild", "tsx", "@babel", "vite", "@remix-run", "@stackframe"])
    expect(packages).not.toContain(name);
  const megabytes = Number(
    spawnSync("du", ["-sm", join(image, "node_modules")], { encoding: "utf8" }).stdout.split("\t")[0],
  );
  console.log(`A production install takes ${megabytes} MB`);
  expect(megabytes).toBeLessThan(90);
});

test("an ordinary user who can write nowhere migrates, starts, is healthy, and stops with a request in flight", async () => {
  const port = String(await freePort());
  const app = inContainer(commandIn(inImage("CMD")), { PORT: port, HOST: "127.0.0.1" });
  const healthy = async () => {
    const { exited } = inContainer(commandIn(inImage("HEALTHCHECK")), { PORT: port });
    return (await exited)[0];
  };
  for (;;) {
    if (app.child.exitCode !== null) throw new Error(await app.output);
    if ((await healthy()) === 0) break;
    await delay(50);
  }
  expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(503);

  const migration = inContainer(migrateCommand.split(" "));
  expect((await migration.exited)[0], await migration.output).toBe(0);
  expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);

  const form = await formInFlight(Number(port), appOrigin);
  app.child.kill("SIGTERM");
  await expect
    .poll(() =>
      fetch(`http://127.0.0.1:${port}/readyz`).then(
        ({ status }) => status,
        () => "closed",
      ),
    )
    .not.toBe(200);
  expect(await form.finish()).toContain("HTTP/1.1 400 ");
  expect(await app.exited, await app.output).toEqual([0, null]);
  expect(await healthy()).toBe(1);
});

test("doctor, admin, and db:sql run in the image", async () => {
  const doctor = inContainer(["node", "db/command.js", "doctor"]);
  expect(await doctor.output).toMatch(/^ok {4}All \d+ migrations are applied\.$/m);
  const admin = inContainer(["node", "db/command.js", "admin"]);
  expect(await admin.output).toMatch(/^Give one email address/);
  const sql = inContainer(["node", "db/command.js", "sql", "select 1 as one", "--json"]);
  expect(await sql.output).toContain('[{"one":1}]');
});

test("every host migrates before it starts, asks /readyz, and waits for requests in flight", () => {
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(contentOf("package.json")));
  expect(scripts["db:migrate"]).toBe(migrateCommand);
  expect(scripts.start).toBe(`exec ${commandIn(inImage("CMD")).join(" ")}`);
  expect(inImage("USER")).toBe("node");
  expect(inImage("HEALTHCHECK")).toContain("/livez");

  const compose = contentOf("compose.yaml");
  expect(compose).toContain(`command: ${JSON.stringify(migrateCommand.split(" ")).replaceAll(",", ", ")}`);
  const fly = contentOf("fly.toml");
  expect(fly).toContain(`release_command = "${migrateCommand}"`);
  expect(fly).toContain('kill_signal = "SIGTERM"');
  const render = contentOf("render.yaml");
  expect(render).toContain(`preDeployCommand: ${migrateCommand}\n`);

  const known = contentOf(".env.example");
  for (const host of [compose, fly, render]) {
    expect(host).toContain("/readyz");
    const seconds = /(?:stop_grace_period: |kill_timeout = "|maxShutdownDelaySeconds: )(\d+)/.exec(host)?.[1];
    expect(Number(seconds)).toBeGreaterThan(10);
    const names = host.match(/\b[A-Z]+(_[A-Z]+)+\b/g) ?? [];
    expect(names).toContain("TRUST_PROXY_HOPS");
    for (const name of names) if (!name.startsWith("POSTGRES_")) expect(known).toContain(`${name}=`);
  }
});
