import { RemixBrowser } from "@remix-run/react";
import { StrictMode, startTransition } from "react";
import { hydrateRoot } from "react-dom/client";
import { keepUntilSent } from "#app/components/leave.ts";
import { ReferenceContext, shownReference } from "#app/document/reference.ts";
import { ThemeContext, toTheme } from "#app/document/theme.ts";
import { dropWaitingOfOthers, waitingChanges } from "#app/routes/todos/outbox/storage.ts";

keepUntilSent({ count: () => waitingChanges().length, drop: () => dropWaitingOfOthers(null) });

startTransition(() => {
  hydrateRoot(
    document,
    <StrictMode>
      <ThemeContext.Provider value={toTheme(document.documentElement.dataset.theme)}>
        <ReferenceContext.Provider value={shownReference()}>
          <RemixBrowser />
        </ReferenceContext.Provider>
      </ThemeContext.Provider>
    </StrictMode>,
  );
});
