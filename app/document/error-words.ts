import { isRouteErrorResponse } from "@remix-run/react";

/** What a person is told of an error, and what he can do about it. */
export interface ErrorWords {
  title: string;
  message: string;
  /** Trying again may help. */
  isTemporary: boolean;
  /** It is one for whoever runs the site, who finds it in the log. */
  isOurFault: boolean;
  /** Names the failed request in the log; undefined where the document's own request has failed. */
  reference?: string | undefined;
}

const ourFault = {
  title: "Something went wrong",
  message: "It is our fault, not yours. Please try again.",
  isTemporary: true,
  isOurFault: true,
};
const unreachable = words(
  "Not reachable",
  "The site cannot be reached just now. Check the connection, and try again in a moment.",
  true,
);

const byStatus: Record<number, ErrorWords> = {
  400: words("Not possible", "The server does not understand this request."),
  403: words("Not allowed", "This is not for you to see, or to change."),
  404: words("Not found", "There is no page at this address."),
  405: words("Not possible", "This page takes no such request."),
  413: words("Too large", "That is more than this site takes at once."),
  429: words("Too much at once", "Please wait a moment, and try again.", true),
  502: unreachable,
  503: words("Not available", "This cannot be shown just now. Please try again in a moment.", true),
  504: unreachable,
};

/** @param error as `useRouteError` has it */
export function errorWords(error: unknown): ErrorWords {
  if (neverReachedApp(error)) return unreachable;
  if (!isRouteErrorResponse(error)) return ourFault;
  return byStatus[error.status] ?? { ...ourFault, reference: referenceIn(error.data) };
}

/** Not by zod, which would be a sixth of all that the browser loads. */
function referenceIn(data: unknown): string | undefined {
  const isObject = typeof data === "object" && data !== null;
  return isObject && "reference" in data && typeof data.reference === "string" ? data.reference : undefined;
}

/**
 * Whether a script's request never got to the app: there was no answer, or one of a proxy in front. Remix makes an
 * error of the latter that has its body for a message, and no stack; errors of the server have none either, but one
 * message for all of them.
 */
export function neverReachedApp(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { message, stack } = error;
  if (stack === undefined) return message !== "Unexpected Server Error";
  return error instanceof TypeError && /fetch|network|load failed/i.test(message);
}

function words(title: string, message: string, isTemporary = false): ErrorWords {
  return { title, message, isTemporary, isOurFault: false };
}
