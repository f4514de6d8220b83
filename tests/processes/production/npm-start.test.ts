import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { inheritedVariables } from "#app/platform/environment.server.ts";
import { freePort } from "#db/local/postgres/free-port.ts";
import { formInFlight } from "./request-in-flight.ts";

// Whoever starts `npm start`, and whichever process hears the signal: requests in flight are answered.

const variables = {
  ...inheritedVariables(),
  NODE_ENV: "production",
  HOST: "127.0.0.1",
  DATABASE_URL: z.string().parse(process.env.DATABASE_URL),
  APP_ORIGIN: "http://localhost:3000",
  SESSION_SECRET: "a secret for tests, 32 characters or more",
  STACK_PROJECT_ID: "6f1ff9d5-1b8a-4a2e-9f6f-6c7c2a8f5b10",
  STACK_PUBLISHABLE_CLIENT_KEY: "pck_test",
  STACK_SECRET_SERVER_KEY: "ssk_test",
};

/** As in a container: the command is pid 1, and when it ends the kernel kills everything else. */
const asPid1 = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child"];
const canBePid1 = spawnSync("unshare", [...asPid1.slice(1), "true"]).status === 0;

const itself = ({ pid = 0 }: ChildProcess) => pid;
const wholeGroup = ({ pid = 0 }: ChildProcess) => -pid;
const onlyChild = ({ pid }: ChildProcess) =>
  Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8"));

const npmStart = ["npm", "start"];
const shell = ["sh", "-c", "true && exec npm start"];

type Way = [string, string[], (child: ChildProcess) => number, NodeJS.Signals];

test.each<Way>([
  ["npm hears SIGTERM", npmStart, itself, "SIGTERM"],
  ["a shell that became npm hears SIGTERM", shell, itself, "SIGTERM"],
  ["every process hears SIGTERM, as from systemd", npmStart, wholeGroup, "SIGTERM"],
  ["every process hears SIGINT, as from a terminal", npmStart, wholeGroup, "SIGINT"],
])("%s: a request in flight is answered, and the exit code is 0", isDrained);

test.skipIf(!canBePid1).each<Way>([
  ["npm is pid 1", [...asPid1, ...npmStart], onlyChild, "SIGTERM"],
  ["node is pid 1", [...asPid1, "node", "app/start.js"], onlyChild, "SIGTERM"],
])("%s and hears SIGTERM: a request in flight is answered, and the exit code is 0", isDrained);

async function isDrained(...[, command, receiver, signal]: Way): Promise<void> {
  const port = await freePort();
  const [program = "", ...args] = command;
  const child = spawn(program, args, {
    env: { ...variables, PORT: String(port) } as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  onTestFinished(() => {
    if (child.exitCode === null) process.kill(wholeGroup(child), "SIGKILL");
  });
  const exited = once(child, "exit");
  const log = Promise.all([text(child.stdout), text(child.stderr)]);
  await untilLive(port, child, log);

  const form = await formInFlight(port, variables.APP_ORIGIN);
  process.kill(receiver(child), signal);
  await expect.poll(() => isClosing(port)).toBe(true);
  expect(await form.finish()).toContain("HTTP/1.1 400 ");
  expect(await exited, (await log).join("")).toEqual([0, null]);
}

async function untilLive(port: number, child: ChildProcess, log: Promise<string[]>): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error((await log).join(""));
    const answer = await fetch(`http://127.0.0.1:${port}/livez`).catch(() => undefined);
    await answer?.text();
    if (answer?.status === 200) return;
    await delay(50);
  }
}

/** Whether it has heard that it should stop: `/readyz` says so, and later no connection is taken. */
async function isClosing(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
  return (await answer?.text()) !== "ready\n";
}
