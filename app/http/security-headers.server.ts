/** For every answer. Documents replace the policy with their own, which lets in what a page needs. */
export const securityHeaders = {
  "Content-Security-Policy":
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  // `no-referrer` would make browsers send `Origin: null` with our own forms.
  "Referrer-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
} as const;

/**
 * The Content-Security-Policy of a page.
 * @param nonce names the page's own scripts; they may load further ones (`strict-dynamic`)
 * @param isDevelopment Vite injects style elements and talks over a WebSocket
 */
export function documentPolicy(nonce: string, isDevelopment: boolean): string {
  return [
    "default-src 'none'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self'${isDevelopment ? " 'unsafe-inline'" : ""}`,
    `connect-src 'self'${isDevelopment ? " ws:" : ""}`,
    "img-src 'self'",
    "manifest-src 'self'",
  ].join("; ");
}
