import { useLocation } from "@remix-run/react";
import { themes, useTheme } from "#app/document/theme.ts";

const names = { system: "System", light: "Light", dark: "Dark" };

/** Chooses between light and dark. It is a form of the browser's own, which leads back to this page. */
export function ThemeForm() {
  const { pathname, search } = useLocation();
  const current = useTheme();
  // What a URL has of mailed codes and of OAuth stands in that URL alone.
  const parameters = new URLSearchParams(search);
  if (parameters.has("code") || parameters.has("state")) return null;
  return (
    <form method="post" action="/theme" className="theme">
      <input type="hidden" name="redirectTo" value={pathname + search} />
      <fieldset>
        <legend className="visually-hidden">Theme</legend>
        {themes.map((theme) => (
          <button key={theme} type="submit" name="theme" value={theme} aria-pressed={theme === current}>
            {names[theme]}
          </button>
        ))}
      </fieldset>
    </form>
  );
}
