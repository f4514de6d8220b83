import { RemixBrowser } from "@remix-run/react";
import { StrictMode, startTransition } from "react";
import { hydrateRoot } from "react-dom/client";
import { keepEnterFromSendingCompositions } from "#app/components/composing.ts";
import { keepUntilSent } from "#app/components/leave.ts";
import { followClicksAfterDeployment } from "#app/document/after-deployment.ts";
import { DocumentContext } from "#app/document/document.ts";
import { toTheme } from "#app/document/theme.ts";
import { dropDrafts } from "#app/routes/todos/drafts/storage.ts";
import { dropWaitingOfOthers, waitingChanges } from "#app/routes/todos/outbox/storage.ts";

keepUntilSent({
  count: () => waitingChanges().length,
  drop() {
    dropWaitingOfOthers(null);
    dropDrafts();
  },
});
keepEnterFromSendingCompositions();
followClicksAfterDeployment();

const facts = {
  nonce: "",
  theme: toTheme(document.documentElement.dataset.theme),
  reference: document.querySelector<HTMLElement>("[data-reference]")?.dataset.reference,
};

startTransition(() => {
  hydrateRoot(
    document,
    <StrictMode>
      <DocumentContext.Provider value={facts}>
        <RemixBrowser />
      </DocumentContext.Provider>
    </StrictMode>,
  );
});
