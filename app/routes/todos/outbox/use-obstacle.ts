import { useCallback, useEffect, useState } from "react";
import { useOnline } from "./use-online.ts";

/** The network is up, but the server does not answer, or answers "later". */
export type Obstacle = "unreachable" | "busy";

/** Doubled with each failure. */
const firstPauseMs = 2_000;
const longestPauseMs = 30_000;

/**
 * What keeps the browser from sending, and when to retry.
 * @param isLive the stream is open: the server can be reached again
 * @param isNeeded there is something to send; otherwise obstacles are forgotten
 */
export function useObstacle(isLive: boolean, isNeeded: boolean) {
  const isOnline = useOnline();
  const [state, setState] = useState<{ obstacle: Obstacle; failures: number; pauseMs: number | undefined }>();
  const pauseMs = state?.pauseMs;
  const clear = useCallback(() => setState(undefined), []);
  const tryAgain = useCallback(() => setState((before) => before && { ...before, pauseMs: undefined }), []);

  function meet(obstacle: Obstacle, retryAfter?: number): void {
    const failures = (state?.failures ?? 0) + 1;
    const ownPauseMs = Math.min(firstPauseMs * 2 ** (failures - 1), longestPauseMs);
    // Clients that were refused together must not return together.
    const pauseMs = (retryAfter ? retryAfter * 1_000 : ownPauseMs) * (1 + Math.random() / 4);
    setState({ obstacle, failures, pauseMs });
  }

  useEffect(() => {
    if (pauseMs === undefined) return;
    const timer = setTimeout(tryAgain, pauseMs);
    return () => clearTimeout(timer);
  }, [pauseMs, tryAgain]);

  useEffect(() => {
    if (isOnline && isLive) {
      setState((before) => (before?.obstacle === "unreachable" ? { ...before, pauseMs: undefined } : before));
    }
  }, [isOnline, isLive]);

  useEffect(() => {
    if (!isNeeded) clear();
  }, [isNeeded, clear]);

  return { obstacle: state?.obstacle, isOnline, mayTry: isOnline && pauseMs === undefined, meet, clear };
}
