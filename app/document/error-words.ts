import { isRouteErrorResponse } from "@remix-run/react";
import { neverReachedApp, referenceIn } from "#app/http/remix-data.ts";

interface ErrorWords {
  title: string;
  message: string;
  isTemporary: boolean;
  isOurFault: boolean;
  /** Names the failed request in the log; undefined where the document's own request has failed. */
  reference?: string | undefined;
}

const ourFault = {
  title: "Something went wrong",
  message: "This is a problem on our side. Please try again.",
  isTemporary: true,
  isOurFault: true,
};
const unreachable = words(
  "Not reachable",
  "The site can't be reached. Check your connection and try again.",
  true,
);

const byStatus: Record<number, ErrorWords> = {
  400: words("Bad request", "The server doesn't understand this request."),
  403: words("Not allowed", "You don't have permission to do this."),
  404: words("Not found", "There is no page at this address."),
  405: words("Bad request", "This page doesn't accept this kind of request."),
  413: words("Too large", "This is more than the site accepts at once."),
  429: words("Too many requests", "Wait a moment and try again.", true),
  502: unreachable,
  503: words("Not available", "This page isn't available right now. Try again in a moment.", true),
  504: unreachable,
};

/** @param error as `useRouteError` has it */
export function errorWords(error: unknown): ErrorWords {
  if (neverReachedApp(error)) return unreachable;
  if (!isRouteErrorResponse(error)) return ourFault;
  return byStatus[error.status] ?? { ...ourFault, reference: referenceIn(error.data) };
}

function words(title: string, message: string, isTemporary = false): ErrorWords {
  return { title, message, isTemporary, isOurFault: false };
}
