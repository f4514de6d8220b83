import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { serviceVariables } from "#app/platform/environment.server.ts";

type Variables = Record<string, string>;

/** Not even in `.env`: an empty variable is not set, and the environment comes first. */
const nothingSet = Object.fromEntries(
  [...serviceVariables, "STACK_API_URL"]
    .flatMap((name) => [name, `NEXT_PUBLIC_${name}`, `VITE_${name}`])
    .concat("DATABASE_URL", "DATABASE_URL_UNPOOLED", "APP_ORIGIN", "SESSION_SECRET")
    .map((name) => [name, ""]),
);

/** Starts a program of db/commands as npm does. */
export function startCommand(args: string[], variables: Variables) {
  const env = { ...process.env, ...nothingSet, ...variables };
  return spawn(process.execPath, ["db/command.js", ...args], { env });
}

export async function resultOf(child: ReturnType<typeof startCommand>) {
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { code, stdout, stderr };
}

/** @param variables the whole configuration */
export function runCommand(args: string[], variables: Variables) {
  return resultOf(startCommand(args, variables));
}
