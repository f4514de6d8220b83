import { createContext, useContext } from "react";

/**
 * The reference of the request that this document answers, which the log has too. In the browser only where the
 * document tells of an error, since it is there to be quoted.
 */
export const ReferenceContext = createContext<string | undefined>(undefined);

export function useReference(): string | undefined {
  return useContext(ReferenceContext);
}

/** The reference that the browser's document shows, if it does. */
export function shownReference(): string | undefined {
  return document.querySelector<HTMLElement>("[data-reference]")?.dataset.reference;
}
