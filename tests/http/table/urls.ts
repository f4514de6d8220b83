import { dataParameter, dataPath } from "#app/http/remix-data.ts";
import type { Case } from "../hostile-requests.ts";
import type { Person } from "../people.ts";
import { type BadValue, badValues, oneOfEach } from "./values.ts";

const cursors = [
  "2026-11-21T10:00:00.000001Z_42",
  "2026-11-21T10:00:00.000001Z_0",
  "2026-02-30T10:00:00.000001Z_42",
  "0000-01-01T00:00:00.000000Z_1",
  "9999-12-31T23:59:59.999999Z_9223372036854775807",
  "2026-11-21T24:00:00.000000Z_1",
  "2026-11-21T10:00:60.000000Z_1",
  "2026-11-21_42",
  "_",
  "2026-11-21T10:00:00.000001Z_42_42",
].map(encodeURIComponent);

const usersCursors = [
  ["a@example.com", "id"],
  [null, "id"],
  ["a\0", "id"],
  ["1", ""],
  [1, 2],
  ["1", "id", "x"],
  [{ toString: 1 }, []],
  ["x".repeat(5_000), "id"],
  ["2026-02-30T00:00:00.000000Z", "id"],
].map((cursor) => Buffer.from(JSON.stringify(cursor)).toString("base64url"));

interface Page {
  path: string;
  /** Its parameters; an invalid value counts as missing. */
  names: string[];
  /** Values that look valid. */
  further?: string[];
  /** 200 by default. */
  expected?: number | number[];
}

const pages: Page[] = [
  { path: "/", names: ["show", "owner", "q", "team", "from", "todo", "edit", "before"], further: cursors },
  // 204 once the user has too many streams.
  { path: "/events", names: ["q", "todo", "before"], further: cursors, expected: [200, 204] },
  { path: "/account", names: ["done", "ended"] },
  { path: "/verify-email", names: ["done", "redirectTo"] },
];
const adminPages: Page[] = [{ path: "/stats", names: ["sort", "order", "after"], further: usersCursors }];
const signedOutPages: Page[] = [
  { path: "/sign-in", names: ["redirectTo", "done", "problem"] },
  { path: "/sign-up", names: ["redirectTo"] },
  { path: "/forgot-password", names: ["done", "redirectTo"] },
  { path: "/reset-password", names: ["code"] },
  { path: "/magic-link", names: ["code", "done"] },
  { path: "/auth/github", names: ["redirectTo"], expected: 303 },
  { path: "/auth/github/callback", names: ["code", "state", "error", "errorCode"], expected: 303 },
];
/** The list as a script requests it, which costs less than a page, so everything is tried here. */
const list: Page = {
  path: dataPath("/", "routes/todos/route"),
  names: ["show", "q", "before", "todo", "from"],
  further: cursors,
};

/** Every parameter of every page, with invalid values. */
export function queryCases(next: () => Person, admin: Person): Case[] {
  return [
    ...pages.flatMap((page) => casesOf(page, oneOfEach, () => next().cookie)),
    ...adminPages.flatMap((page) => casesOf(page, oneOfEach, () => admin.cookie)),
    ...signedOutPages.flatMap((page) => casesOf(page, oneOfEach, () => "")),
    ...casesOf(list, badValues, () => next().cookie),
  ];
}

function casesOf(
  { path, names, further = [], expected = 200 }: Page,
  values: BadValue[],
  cookie: () => string,
): Case[] {
  const encoded = [...values.map((value) => value.encoded), ...further, "x".repeat(8_000)];
  return names.flatMap((name) =>
    [...encoded, `a&${name}=b`].map((value) => ({
      // A request's first line and headers may have 16 KiB together.
      path: `${path}${path.includes("?") ? "&" : "?"}${name}=${value}`.slice(0, 12_000),
      badness: "query",
      cookie: cookie(),
      expected,
    })),
  );
}

const dataRoutes = [
  "unknown",
  "root",
  "routes%2Fsign-up",
  "__proto__",
  "constructor",
  "%00",
  "%ff",
  "x".repeat(9_000),
];

/** A script's requests for routes that are not the page's. */
export function dataCases(next: () => Person): Case[] {
  return ["/?", "/sign-in?", "/stats?", "/livez?", "/nowhere?"].flatMap((path) =>
    ["GET", "POST"].flatMap((method) =>
      dataRoutes.map(
        (route): Case => ({
          method,
          path: `${path}${method === "POST" ? "index&" : ""}${dataParameter}=${route}`,
          ...(method === "POST" && { body: "intent=clear-completed" }),
          cookie: next().cookie,
          badness: dataParameter,
          expected: [400, 403, 404, 405],
        }),
      ),
    ),
  );
}

/** Paths that lead nowhere, however they are decoded. */
export const pathCases: Case[] = [
  "//evil.example",
  "//evil.example/stats",
  "///stats.csv//",
  "/%",
  "/%00",
  "/%zz",
  "/%ff",
  "/%2e%2e/package.json",
  "/..%2fpackage.json",
  "/%5c%5cevil.example",
  "/\\evil.example",
  "/assets/../../server/index.js",
  "/assets/%2e%2e/%2e%2e/server/index.js",
  "/assets/",
  "/assets",
  "/build/server/index.js",
  "/.env",
  "/.git/config",
  "/package.json",
  "/stats;.css",
  "/stats.csv%00.css",
  "/STATS.json",
  "/account.data",
  "/__manifest?p=/",
  "/_root.data",
  "/auth",
  "/auth/",
  "/auth/a/b",
  "/auth/github/callback/x",
  "/webhooks",
  "/webhooks/stack2",
  "/livez/x",
  `/${"a".repeat(8_000)}`,
  `/${"a/".repeat(4_000)}`,
  `/${"%2e%2e/".repeat(1_000)}x`,
  `/${encodeURIComponent("<script>steal()</script>")}`,
  "/%E2%80%AEstats",
  "/https://evil.example",
  "/javascript:steal()",
].map((path) => ({ path, badness: "path", expected: [400, 404] }));
