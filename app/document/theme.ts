import { createContext, useContext } from "react";

/** Whether pages are light or dark: as the system is, or as was chosen. */
export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

/**
 * The theme that this answer was asked for with. Not a loader's: pages that are not found, or went wrong, have it
 * too, and no change of a page asks for it again.
 */
export const ThemeContext = createContext<Theme>("system");

export function useTheme(): Theme {
  return useContext(ThemeContext);
}

/** @returns `system` for anything that is no theme */
export function toTheme(value: unknown): Theme {
  return themes.find((theme) => theme === value) ?? "system";
}
