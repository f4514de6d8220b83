import pino, { type LevelWithSilent, type Logger } from "pino";
import { stackOf, summaryOf } from "./logged-error.server.ts";
import { requestContext } from "./request-context.server.ts";

/**
 * The log. The server writes it as lines of JSON; before it has started, and in commands and in development, what
 * goes wrong is told as sentences for people.
 *
 * Each line within a request has its `reference`, and the `userId` of who is signed in. What happened, as far as
 * somebody may search for it, is an `event` of few words: `log.info({ event: "signed in", method: "password" }, "…")`.
 * An error goes in as `err`. Nothing that people type, own or carry may be logged: passwords, codes, tokens, cookies,
 * e-mail addresses, query strings. `redact` is for what gets here all the same.
 */
export const log: Logger = pino(
  {
    level: "warn",
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }) },
    mixin() {
      const { reference, userId } = requestContext() ?? {};
      return { ...(reference && { reference }), ...(userId && { userId }) };
    },
    serializers: { err: (error: unknown) => ({ message: summaryOf(error), stack: stackOf(error) }) },
    redact: { paths: secretPaths(), censor: "…" },
  },
  { write: (line) => write(line) },
);

/**
 * One line for a failure that passes by itself, however deep its stack and its causes.
 * @param operation what was being done, as `POST /sign-in`
 */
export function logOutage(operation: string, error: unknown): void {
  log.error({ event: "outage" }, `${operation}: ${summaryOf(error)}`);
}

/** By console: a reader of our output that has gone away is no reason to end. */
let write = (line: string): void => {
  const { msg, err } = JSON.parse(line) as { msg?: string; err?: { message: string; stack: string } };
  console.error([msg, err?.message].filter(Boolean).join(": ") + (err?.stack ? `\n${err.stack}` : ""));
};

/** From here on the log is lines of JSON on stdout. */
export function logAsJson(level: LevelWithSilent): void {
  log.level = level;
  // biome-ignore lint/suspicious/noConsole: stdout is where the log belongs
  write = (line) => console.log(line.trimEnd());
}

/** Names under which libraries and people keep what is secret or personal, at the top of a line and one below it. */
function secretPaths(): string[] {
  const names = [
    "accessToken",
    "refreshToken",
    "token",
    "cookie",
    "password",
    "code",
    "email",
    "secret",
    "key",
  ];
  const headers = ["authorization", '["set-cookie"]', '["svix-signature"]'];
  return [...names, ...headers].flatMap((name) => [name, name.startsWith("[") ? `*${name}` : `*.${name}`]);
}
