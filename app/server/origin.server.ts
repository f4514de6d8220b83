/**
 * Whether a request that changes something comes from a page of this site.
 *
 * Browsers say so in `Sec-Fetch-Site`. Old ones do not, and none does for plain http on hosts other than localhost: then
 * `Origin` decides. A request with neither is refused.
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
export function isFromThisSite(headers: Headers, appOrigin: string): boolean {
  const site = headers.get("Sec-Fetch-Site");
  if (site !== null) return site === "same-origin" || site === "none";
  return headers.get("Origin") === appOrigin;
}
