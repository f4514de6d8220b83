import type { HeadersFunction } from "@remix-run/node";

/** Headers of an answer that depends on the user: no cache keeps it. */
export function personalHeaders(setCookie?: string): Headers {
  const headers = new Headers({ "Cache-Control": "no-store" });
  if (setCookie) headers.append("Set-Cookie", setCookie);
  return headers;
}

/** @param retryAfter seconds */
export function retryHeaders(retryAfter: number): Headers {
  const headers = personalHeaders();
  headers.set("Retry-After", String(retryAfter));
  return headers;
}

/** Gives a document the headers of its loader or action. Remix passes on the cookies itself. */
export const documentHeaders: HeadersFunction = ({ actionHeaders, loaderHeaders }) => {
  const headers = new Headers();
  for (const name of ["Cache-Control", "Retry-After"]) {
    const value = actionHeaders.get(name) ?? loaderHeaders.get(name);
    if (value) headers.set(name, value);
  }
  return headers;
};
