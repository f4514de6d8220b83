import { expect, test } from "vitest";
import { safeRedirectTo } from "#app/auth/session/redirect-to.ts";

test.each([
  "/",
  "/?before=2026-01-01T00:00:00.000000Z_1",
  "/stats",
  "/account#name",
  "/a//b",
  "/?q=a%5Cb//c",
])("%j is a path of this site", (path) => expect(safeRedirectTo(path)).toBe(path));

test.each([
  null,
  "",
  "stats",
  "//evil.example",
  "///evil.example",
  "/\\evil.example",
  "\\/evil.example",
  "/%5Cevil.example",
  "/\t/evil.example",
  "/%09/evil.example",
  "/\n/evil.example",
  "/%2F/evil.example",
  "/%2f%2fevil.example",
  "/./%2Fevil.example",
  "/..//evil.example",
  "/.//evil.example",
  "https://evil.example",
  "javascript:alert(1)",
  " /",
  "/%",
  `/${"x".repeat(3000)}`,
])("%j leads to the front page", (value) => expect(safeRedirectTo(value)).toBe("/"));
