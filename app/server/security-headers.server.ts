import { environment } from "#app/platform/environment.server.ts";

const nothing = [
  "default-src 'none'",
  "base-uri 'none'",
  "object-src 'none'",
  "frame-ancestors 'none'",
  "form-action 'self'",
];

/** For every answer. Pages replace the policy. HSTS leaves out subdomains, which may belong to other sites. */
export function securityHeaders(): Record<string, string> {
  return {
    "Content-Security-Policy": nothing.join("; "),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Origin-Agent-Cluster": "?1",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    // `no-referrer` would make browsers send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    // For browsers that do not know `frame-ancestors`.
    "X-Frame-Options": "DENY",
    ...(environment().appOrigin.startsWith("https:") && {
      "Strict-Transport-Security": "max-age=63072000",
    }),
  };
}

export const plainPagePolicy = [...nothing, "style-src 'self'", "img-src 'self'"].join("; ");

/** @param isDevelopment Vite injects style elements and uses a WebSocket */
export function documentPolicy(nonce: string, isDevelopment: boolean): string {
  return [
    ...nothing,
    `script-src 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self'${isDevelopment ? " 'unsafe-inline'" : ""}`,
    `connect-src 'self'${isDevelopment ? " ws:" : ""}`,
    "img-src 'self'",
    "manifest-src 'self'",
  ].join("; ");
}
