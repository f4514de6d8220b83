import { beforeEach, expect, test, vi } from "vitest";

// The environment is read once.
beforeEach(() => void vi.resetModules());

/** The headers of a process whose site is at an origin. */
async function headersAt(origin: string): Promise<Record<string, string>> {
  vi.stubEnv("APP_ORIGIN", origin);
  const { securityHeaders } = await import("#app/server/security-headers.server.ts");
  return securityHeaders();
}

test("on an https site browsers are told to use only https, for more than half a year", async () => {
  const { "Strict-Transport-Security": promise = "" } = await headersAt("https://todos.example");
  expect(Number(/^max-age=(\d+)$/.exec(promise)?.[1])).toBeGreaterThan(180 * 24 * 60 * 60);
});

test("on plain http browsers are not told that", async () => {
  expect(await headersAt("http://localhost:3000")).not.toHaveProperty("Strict-Transport-Security");
});
