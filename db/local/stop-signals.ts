import { whenParentIsGone } from "#app/platform/parent-process.server.ts";

/** One Ctrl-C arrives twice: from the terminal, and relayed by npm. */
const sameKeyPressMs = 1_000;

/** @returns `stop` aborts at the first SIGINT or SIGTERM, or when the terminal hangs up; `hurry` at a later one */
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
  // Without a terminal, as under nohup, a handler would undo that hang-ups are ignored.
  if (process.stdout.isTTY) signals.push("SIGHUP");
  for (const signal of signals) process.on(signal, onReason);

  if (withParent) whenParentIsGone(() => onReason("npm is gone"));
  return { stop: stop.signal, hurry: hurry.signal };
}
