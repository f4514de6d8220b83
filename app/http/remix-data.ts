// Everything that knows how Remix 2's scripts and server talk to each other. React Router 7 uses paths that end in
// `.data`, and another format: this file will change then.

/** The parameter of a request by a script, which names a route; without it the same path is a page. */
export const dataParameter = "_data";

export const remixHeaders = {
  /** Marks an action's answer: Remix takes an error status without this header, or `error`, for a broken network. */
  answer: "X-Remix-Response",
  /** Marks an answer that the page's error boundary shows. */
  error: "X-Remix-Catch",
  /** Marks an error that Remix itself puts into words. */
  ownError: "X-Remix-Error",
  /** A script is answered with 204 and these, where a page is answered with a redirect. */
  redirect: "X-Remix-Redirect",
  status: "X-Remix-Status",
} as const;

/** @returns the path at which a script asks for a route's loader, or posts to its action */
export function dataPath(path: string, routeId: string): string {
  return `${path}${path.includes("?") ? "&" : "?"}${dataParameter}=${encodeURIComponent(routeId)}`;
}

export function isDataRequest(url: string): boolean {
  return new RegExp(`[?&]${dataParameter}=`).test(url);
}

/**
 * Whether a post goes to an index route, rather than to the layout around it.
 * @see https://remix.run/docs/en/main/guides/index-query-param
 */
export function isForIndexRoute(searchParams: URLSearchParams): boolean {
  return searchParams.has("index");
}

/**
 * Whether a path names a file, for which Remix must not render its page for 404: browsers ask for some by themselves, and
 * old pages ask for those of an old build.
 */
export function isFilePath(pathname: string): boolean {
  return pathname.startsWith("/assets/") || /\.[a-z0-9]{1,15}$/i.test(pathname);
}

/** Whether Remix failed and answers in its own words, without a page or a reference. */
export function isLastResort({ status, headers }: Response): boolean {
  return status === 500 && !/html|json/.test(headers.get("Content-Type") ?? "");
}

export function errorBody(reference: string | undefined): string {
  return JSON.stringify({ reference });
}

/** Reads what `errorBody` wrote. Not by zod, which would be a sixth of all that the browser loads. */
export function referenceIn(data: unknown): string | undefined {
  const isObject = typeof data === "object" && data !== null;
  return isObject && "reference" in data && typeof data.reference === "string" ? data.reference : undefined;
}

/**
 * Whether a script's request never reached the app: there was no answer, or one by a proxy in front. Remix makes the
 * latter an error with the answer's body for a message, and no stack. The server's own errors have no stack either, but
 * they share one message.
 */
export function neverReachedApp(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { message, stack } = error;
  if (stack === undefined) return message !== "Unexpected Server Error";
  return error instanceof TypeError && /fetch|network|load failed/i.test(message);
}
