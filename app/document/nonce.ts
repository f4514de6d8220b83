import { createContext, useContext } from "react";

/** The nonce that this answer's Content-Security-Policy gives to its own scripts; empty in the browser. */
export const NonceContext = createContext("");

export function useNonce(): string {
  return useContext(NonceContext);
}
