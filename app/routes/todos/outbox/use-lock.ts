import { useEffect, useState } from "react";

/**
 * Lets one tab of the browser at a time do something.
 * @param isWanted the lock is given back when it is not any more
 * @returns whether this tab has it
 */
export function useLock(name: string, isWanted: boolean): boolean {
  const [isHeld, setIsHeld] = useState(false);

  useEffect(() => {
    if (!isWanted) return;
    const waiting = new AbortController();
    let giveBack = () => {};
    // On plain http there are no locks, save on localhost.
    if (!navigator.locks) setIsHeld(true);
    navigator.locks
      ?.request(name, { signal: waiting.signal }, () => {
        // Granted in the moment in which it was given up.
        if (waiting.signal.aborted) return;
        setIsHeld(true);
        return new Promise<void>((resolve) => {
          giveBack = resolve;
        });
      })
      .catch((error) => {
        if (error.name !== "AbortError") throw error;
      });
    return () => {
      waiting.abort();
      giveBack();
      setIsHeld(false);
    };
  }, [name, isWanted]);

  return isHeld;
}
