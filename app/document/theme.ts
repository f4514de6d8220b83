import { createContext, useContext } from "react";

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

/**
 * The theme of this answer. It does not come from a loader: pages for errors have it too, and no revalidation asks for it
 * again.
 */
export const ThemeContext = createContext<Theme>("system");

export function useTheme(): Theme {
  return useContext(ThemeContext);
}

/** @returns `system` for any other value */
export function toTheme(value: unknown): Theme {
  return themes.find((theme) => theme === value) ?? "system";
}
