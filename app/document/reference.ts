import { createContext, useContext } from "react";

/**
 * The reference under which the log has this document's request. In the browser only if the document shows an error, for
 * users to quote.
 */
export const ReferenceContext = createContext<string | undefined>(undefined);

export function useReference(): string | undefined {
  return useContext(ReferenceContext);
}

/** The reference that the document shows, if any. */
export function shownReference(): string | undefined {
  return document.querySelector<HTMLElement>("[data-reference]")?.dataset.reference;
}
