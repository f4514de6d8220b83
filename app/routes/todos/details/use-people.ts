import { useEffect, useRef, useState } from "react";
import type { Person } from "#app/profiles/people.server.ts";
import { shortestPrefix } from "#app/profiles/people.ts";

const pauseMs = 150;

/** Suggests people whose name or email begins with what is typed. Without an answer there are no suggestions. */
export function usePeople() {
  const [people, setPeople] = useState<Person[]>([]);
  const waiting = useRef<ReturnType<typeof setTimeout>>();
  const asking = useRef<AbortController>();

  function stop(): void {
    clearTimeout(waiting.current);
    asking.current?.abort();
  }

  function suggestFor(typed: string): void {
    stop();
    const query = typed.trim();
    if ([...query].length < shortestPrefix) return;
    waiting.current = setTimeout(async () => {
      asking.current = new AbortController();
      const { signal } = asking.current;
      try {
        const answer = await fetch(`/people?${new URLSearchParams({ q: query })}`, { signal });
        if (answer.ok) setPeople(await answer.json());
      } catch {
        // The address can be typed in full.
      }
    }, pauseMs);
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: `stop` reads refs alone
  useEffect(() => stop, []);

  return { people, suggestFor };
}
