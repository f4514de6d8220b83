import { useLocation } from "@remix-run/react";
import { useDocument } from "#app/document/document.ts";
import { themes } from "#app/document/theme.ts";
import { codeParameters } from "#app/http/mailed-code.ts";

const names = { system: "System", light: "Light", dark: "Dark" };

export function ThemeForm() {
  const { pathname, search } = useLocation();
  const { theme: current } = useDocument();
  // Codes from emails and OAuth must not leave the URL.
  const parameters = new URLSearchParams(search);
  if ([...codeParameters, "state"].some((name) => parameters.has(name))) return null;
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
