import { remixHeaders } from "#app/http/remix-data.ts";
import type { Case } from "../hostile-requests.ts";
import type { Person } from "../people.ts";

const long = "x".repeat(6_000);

/** Headers that change nothing, whatever they say. */
const headers: [name: string, values: string[]][] = [
  ["Host", ["evil.example", "", "localhost:1", "a b", "[::1", long]],
  ["X-Forwarded-Host", ["evil.example", long]],
  ["X-Forwarded-Proto", ["https", "javascript"]],
  [
    "X-Forwarded-For",
    [
      "",
      ",",
      "garbage",
      "::1",
      "127.0.0.1, 127.0.0.1",
      "1.2.3.4:5",
      "' or 1=1 --",
      `${"1.1.1.1, ".repeat(600)}1.1.1.1`,
    ],
  ],
  ["X-Real-IP", ["127.0.0.1"]],
  ["Forwarded", ["for=127.0.0.1;host=evil.example"]],
  ["X-HTTP-Method-Override", ["DELETE", "POST"]],
  ["X-Original-URL", ["/stats"]],
  ["Accept", ["", "*/*;q=0", "application/json", "text/x-nothing", long]],
  ["Accept-Encoding", ["", "identity;q=0, *;q=0", "gzip;q=9", "br, zstd, x", long]],
  ["Accept-Language", ["", "tlh", `${"a-".repeat(2_000)}`]],
  ["If-None-Match", ["*", '"', long]],
  ["If-Modified-Since", ["garbage", "Thu, 01 Jan 1970 00:00:00 GMT"]],
  ["Range", ["bytes=0-0", "bytes=-1", "bytes=9-1", `bytes=${"0-0,".repeat(1_000)}0-0`]],
  ["User-Agent", ["", "Googlebot", "bot".repeat(2_000), long, "<script>steal()</script>"]],
  ["Referer", ["javascript:steal()", long]],
  ["Content-Type", ["", "text/html; charset=", long]],
  ["Authorization", ["Bearer x", `Basic ${btoa("a:b")}`]],
  ...Object.values(remixHeaders).map((name): [string, string[]] => [name, ["yes"]]),
  ["Sec-Fetch-Mode", ["navigate", "x"]],
  ["Cache-Control", ["no-cache", "only-if-cached"]],
  ["Upgrade-Insecure-Requests", ["1"]],
  ["__proto__", ["x"]],
  ["constructor", ["x"]],
];

/** Each header on a page, on a file, and on an invalid form. */
export function headerCases(next: () => Person): Case[] {
  return headers.flatMap(([name, values]) =>
    values.flatMap((value) => {
      const given = { headers: { [name]: value }, badness: `${name}: ${value.slice(0, 40)}` };
      const form = { method: "POST", path: "/?index", body: "intent=delete&id=0", expected: 400 };
      return [
        { ...given, path: "/", cookie: next().cookie, expected: 200 },
        { ...given, path: "/sign-out", expected: 303 },
        { ...given, path: "/robots.txt", expected: [200, 206, 304, 416] },
        { ...given, ...form, cookie: next().cookie },
      ];
    }),
  );
}
