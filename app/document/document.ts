import { createContext, useContext } from "react";
import type { Theme } from "./theme.ts";

export interface DocumentFacts {
  /** Of the Content-Security-Policy; empty in the browser. */
  nonce: string;
  theme: Theme;
  /** Names the document's request in the log. In the browser only if the document shows an error. */
  reference: string | undefined;
}

/** What no loader tells: pages for errors have it too, and no revalidation asks for it again. */
export const DocumentContext = createContext<DocumentFacts>({
  nonce: "",
  theme: "system",
  reference: undefined,
});

export function useDocument(): DocumentFacts {
  return useContext(DocumentContext);
}
