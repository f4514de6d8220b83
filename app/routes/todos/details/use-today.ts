import { useRevalidator } from "@remix-run/react";
import { useEffect, useState } from "react";
import { dayIn } from "./day.ts";
import { rememberTimeZone } from "./time-zone.ts";

/** A timer stands still while the machine sleeps, and a time zone may change. */
const longestWaitMs = 60_000;

/**
 * What day it is for the viewer, as YYYY-MM-DD. When the day turns, a page whose list depends on it is loaded again.
 * @param loaded what the server took it for
 */
export function useToday(loaded: string, isListOfDay: boolean): string {
  const { revalidate } = useRevalidator();
  const [today, setToday] = useState(loaded);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    function look(): void {
      clearTimeout(timer);
      rememberTimeZone();
      setToday(dayIn());
      const now = new Date();
      const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
      timer = setTimeout(look, Math.min(midnight.valueOf() - now.valueOf() + 1, longestWaitMs));
    }
    look();
    document.addEventListener("visibilitychange", look);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, []);

  const isOutdated = isListOfDay && today !== loaded;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once a day, as the browser may take no cookie
  useEffect(() => {
    if (isOutdated) revalidate();
  }, [isOutdated, today]);

  return today;
}
