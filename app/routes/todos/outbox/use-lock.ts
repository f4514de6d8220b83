import { useEffect, useState } from "react";

/** @returns whether this tab of the browser, alone, has the lock */
export function useLock(name: string, isWanted: boolean): boolean {
  const [isHeld, setIsHeld] = useState(false);

  useEffect(() => {
    if (!isWanted) return;
    const waiting = new AbortController();
    let giveBack = () => {};
    // Plain http has no locks, except on localhost.
    if (!navigator.locks) setIsHeld(true);
    navigator.locks
      ?.request(name, { signal: waiting.signal }, () => {
        // Granted at the moment in which it was given up.
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
