export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

/** @returns `system` for any other value */
export function toTheme(value: unknown): Theme {
  return themes.find((theme) => theme === value) ?? "system";
}
