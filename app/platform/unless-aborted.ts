/**
 * Waits for a promise only as long as a signal lets it. `Promise.race` with a promise that lives long would keep
 * something of every race for as long as that lives.
 * @throws the signal's reason, and what the promise rejects with
 */
export function unlessAborted<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason);
    if (signal.aborted) giveUp();
    signal.addEventListener("abort", giveUp);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", giveUp));
  });
}
