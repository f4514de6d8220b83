/** Where a mailed link has its code: Stack's is `code`, Neon Auth's `token`. No form, link, or redirect may repeat it. */
export const codeParameters = ["code", "token"];

/** @returns the code of a mailed link; "" without one */
export function codeIn(searchParams: URLSearchParams): string {
  return codeParameters.map((name) => searchParams.get(name)).find(Boolean) ?? "";
}
