import { useLocation } from "@remix-run/react";
import { byScript } from "../changes/answer.ts";
import type { Fields } from "../changes/button-field.ts";

/** The index route, with the page's place in the list. */
export function useChangeAction(): string {
  const { search } = useLocation();
  return search ? `/?index&${search.slice(1)}` : "/?index";
}

export function toBody(fields: Fields): URLSearchParams {
  const pairs = Object.entries({ ...fields, ...byScript }).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, value]),
  );
  return new URLSearchParams(pairs);
}
