import { RemixBrowser } from "@remix-run/react";
import { StrictMode, startTransition } from "react";
import { hydrateRoot } from "react-dom/client";
import { ThemeContext, toTheme } from "#app/theme.ts";

startTransition(() => {
  hydrateRoot(
    document,
    <StrictMode>
      <ThemeContext.Provider value={toTheme(document.documentElement.dataset.theme)}>
        <RemixBrowser />
      </ThemeContext.Provider>
    </StrictMode>,
  );
});
