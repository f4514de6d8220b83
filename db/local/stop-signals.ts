import { whenParentIsGone } from "#app/platform/parent-process.server.ts";

/** One Ctrl-C arrives more than once: from the terminal, and relayed by npm. */
const sameKeyPressMs = 1_000;

/**
 * Turns signals into abort signals, for the rest of the process's life.
 * @param options.withParent also stops when the parent process is gone
 * @returns `stop` aborts at the first SIGINT or SIGTERM, or when the terminal hangs up, `hurry` at a later one
 */
export function listenForStop({ withParent }: { withParent: boolean }): {
  stop: AbortSignal;
  hurry: AbortSignal;
} {
  const stop = new AbortController();
  const hurry = new AbortController();
  let stoppedAt = 0;

  const onReason = (reason: string) => {
    if (!stop.signal.aborted) {
      stoppedAt = Date.now();
      console.error(`${reason}: stopping.`);
      stop.abort();
    } else if (Date.now() - stoppedAt > sameKeyPressMs) {
      hurry.abort();
    }
  };
  const signals: NodeJS.Signals[] = ["SIGINT", "SIGTERM"];
  // Under nohup, which takes the output from the terminal, a hang-up is to be ignored; a handler would undo that.
  if (process.stdout.isTTY) signals.push("SIGHUP");
  for (const signal of signals) process.on(signal, onReason);

  if (withParent) whenParentIsGone(() => onReason("npm is gone"));
  return { stop: stop.signal, hurry: hurry.signal };
}
