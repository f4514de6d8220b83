import { expect } from "vitest";

/** What every answer has on plain http. */
const everywhere = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "origin-agent-cluster": "?1",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "referrer-policy": "same-origin",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** The directives of every policy. */
const policyEverywhere =
  "default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'";

/** @param about names the answer in the failure's message */
export function expectSecurityHeaders(headers: Headers, about: string): void {
  const policy = headers.get("Content-Security-Policy") ?? "";
  expect(Object.fromEntries(headers), about).toMatchObject({
    ...everywhere,
    "x-request-id": expect.stringMatching(/^[0-9A-Z]{10}$/),
  });
  expect([policy.slice(0, policyEverywhere.length), policy.includes("unsafe")], about).toEqual([
    policyEverywhere,
    false,
  ]);
  expect(headers.get("Server") ?? headers.get("X-Powered-By"), about).toBeNull();
}
