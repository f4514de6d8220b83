import { beforeEach, expect, test, vi } from "vitest";

// The environment is read once.
beforeEach(() => void vi.resetModules());

/** The headers of a process whose site is at an origin. */
async function headersAt(origin: string): Promise<Record<string, string>> {
  vi.stubEnv("APP_ORIGIN", origin);
  const { securityHeaders } = await import("#app/server/security-headers.server.ts");
  return securityHeaders();
}

test("browsers are told to come by https alone where the site is there, for more than half a year", async () => {
  const { "Strict-Transport-Security": promise = "" } = await headersAt("https://todos.example");
  expect(Number(/^max-age=(\d+)$/.exec(promise)?.[1])).toBeGreaterThan(180 * 24 * 60 * 60);
});

test("nothing of the kind is said on plain http", async () => {
  expect(await headersAt("http://localhost:3000")).not.toHaveProperty("Strict-Transport-Security");
});
