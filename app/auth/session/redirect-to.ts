/**
 * A path of this site, or `/` for anything else. Browsers drop tabs and newlines from URLs and take a backslash for a
 * slash, and a router may decode the path once more, so all of these are refused, encoded or not (GHSA-wrjc-x8rr-h8h6).
 */
export function safeRedirectTo(value: string | null | undefined): string {
  const base = "http://site.invalid";
  if (!value || value.length > 2_000 || isAmbiguous(value) || !URL.canParse(value, base)) return "/";
  const url = new URL(value, base);
  return url.origin === base && !isAmbiguous(url.pathname) ? `${url.pathname}${url.search}${url.hash}` : "/";
}

export function redirectToOf(request: Request): string {
  return safeRedirectTo(new URL(request.url).searchParams.get("redirectTo"));
}

/** @param path may have a query already */
export function withRedirectTo(path: string, redirectTo: string): string {
  if (redirectTo === "/") return path;
  return `${path}${path.includes("?") ? "&" : "?"}redirectTo=${encodeURIComponent(redirectTo)}`;
}

function isAmbiguous(value: string): boolean {
  const [path = ""] = value.split(/[?#]/, 1);
  return [path, decoded(path)].some((each) => !/^\/(?!\/)[^\p{Cc}\\]*$/u.test(each));
}

/** What is encoded wrongly counts as ambiguous. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return "//";
  }
}
