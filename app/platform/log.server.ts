import pino, { type LevelWithSilent, type Logger } from "pino";
import { stackOf, summaryOf } from "./logged-error.server.ts";
import { requestContext } from "./request-context.server.ts";

/**
 * The server writes lines of JSON; before it has started, and in commands and development, warnings and errors are
 * sentences.
 *
 * What an operator may search for is an `event`: `log.info({ event: "signed in", method: "password" }, "…")`. An error
 * goes in as `err`. Never log what users type, own or carry: passwords, codes, tokens, cookies, email addresses, query
 * strings. `redact` is a second line of defense.
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

/** One line for a failure that passes by itself. @param operation such as `POST /sign-in` */
export function logOutage(operation: string, error: unknown): void {
  log.error({ event: "outage" }, `${operation}: ${summaryOf(error)}`);
}

/** `console` does not end the process when the reader of our output is gone. */
let write = (line: string): void => {
  const { msg, err } = JSON.parse(line) as { msg?: string; err?: { message: string; stack: string } };
  console.error([msg, err?.message].filter(Boolean).join(": ") + (err?.stack ? `\n${err.stack}` : ""));
};

/** From now on the log is lines of JSON on stdout. */
export function logAsJson(level: LevelWithSilent): void {
  log.level = level;
  // biome-ignore lint/suspicious/noConsole: stdout is where the log belongs
  write = (line) => console.log(line.trimEnd());
}

/** Common names of what is secret or personal, at the top level of a line and one below. */
function secretPaths(): string[] {
  const secrets = ["accessToken", "refreshToken", "token", "cookie", "password", "code", "secret", "key"];
  const others = ["email", "authorization", '["set-cookie"]', '["svix-signature"]'];
  return [...secrets, ...others].flatMap((name) => [name, name.startsWith("[") ? `*${name}` : `*.${name}`]);
}
