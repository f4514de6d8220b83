/**
 * Where to go after a sign-in: a path of this site, or `/` for anything else.
 *
 * Browsers drop tabs and newlines from URLs and take a backslash for a slash, and a router may decode the
 * path once more, so all of these are refused in plain and in encoded form (GHSA-wrjc-x8rr-h8h6).
 * @param value what came in as `redirectTo`
 */
export function safeRedirectTo(value: string | null | undefined): string {
  const base = "http://site.invalid";
  if (!value || value.length > 2_000 || isAmbiguous(value) || !URL.canParse(value, base)) return "/";
  const url = new URL(value, base);
  return url.origin === base && !isAmbiguous(url.pathname) ? `${url.pathname}${url.search}${url.hash}` : "/";
}

/** Where a request wants to go afterwards: its `?redirectTo=`, if that is a path of this site, or `/`. */
export function redirectToOf(request: Request): string {
  return safeRedirectTo(new URL(request.url).searchParams.get("redirectTo"));
}

/**
 * A page's path that keeps where to go afterwards.
 * @param path may have a query already
 */
export function withRedirectTo(path: string, redirectTo: string): string {
  if (redirectTo === "/") return path;
  return `${path}${path.includes("?") ? "&" : "?"}redirectTo=${encodeURIComponent(redirectTo)}`;
}

/** Whether a browser or a router could take the text for something else than a path of this site. */
function isAmbiguous(value: string): boolean {
  const [path = ""] = value.split(/[?#]/, 1);
  return [path, decoded(path)].some((each) => !/^\/(?!\/)[^\p{Cc}\\]*$/u.test(each));
}

/** What is encoded wrongly is as ambiguous as can be. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return "//";
  }
}
