import fc from "fast-check";
import { dataParameter, remixHeaders } from "#app/http/remix-data.ts";
import { app, type Sent, send } from "./app.ts";
import { flawsOf } from "./soundness.ts";

/** FAST_CHECK_SEED repeats the inputs of an earlier run. */
export const seed = Number(process.env.FAST_CHECK_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** Four streams of inputs at once, so that the app does not wait while the next is made up. */
export async function check<Input>(
  runs: number,
  inputs: fc.Arbitrary<Input>,
  property: (input: Input) => Promise<void>,
): Promise<void> {
  const streams = 4;
  await Promise.all(
    Array.from({ length: streams }, (_, index) =>
      fc.assert(fc.asyncProperty(inputs, property), { seed: seed + index, numRuns: runs / streams }),
    ),
  );
}

/** Sends a request. @throws if its answer has a flaw, or is not one of those expected */
export async function expectSound(sent: Sent, isExpected: (status: number) => boolean): Promise<void> {
  const answer = await send(sent);
  const flaws = flawsOf(answer);
  if (!isExpected(answer.status)) flaws.push(`status ${answer.status}`);
  if (flaws.length > 0) throw new Error(`${sent.method ?? "GET"} ${sent.path}: ${flaws.join(", ")}`);
}

/** Any text, and often one that means something to the app. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 600 }),
  fc.string({ unit: "grapheme", maxLength: 600 }),
  fc.constantFrom(
    "add",
    "toggle",
    "edit",
    "delete",
    "restore",
    "toggle-all",
    "clear-completed",
    "true",
    "false",
  ),
  fc.bigInt({ min: -1n, max: 2n ** 64n }).map(String),
  fc.uuid(),
);
const name = fc.oneof(
  fc.constantFrom(
    "intent",
    "id",
    "task",
    "complete",
    "key",
    "batch",
    "scope",
    "via",
    "email",
    "password",
    "name",
  ),
  fc.constantFrom(
    "code",
    "theme",
    "redirectTo",
    "currentPassword",
    "newPassword",
    "__proto__",
    "constructor",
  ),
  fc.string({ unit: "binary", maxLength: 20 }),
);

/** A form with arbitrary fields. */
export const anyForm = fc
  .array(fc.tuple(name, text), { maxLength: 12 })
  .map((fields) => new URLSearchParams(fields).toString());

export const anyBody = fc.record({
  type: fc.oneof(
    fc.constantFrom(
      "application/x-www-form-urlencoded",
      "application/json",
      "multipart/form-data; boundary=b",
    ),
    fc.string({ unit: "grapheme-ascii", maxLength: 60 }).map((type) => type.trim()),
  ),
  body: fc.oneof(
    fc.uint8Array({ maxLength: 3_000 }).map((bytes) => Buffer.from(bytes)),
    fc.json(),
  ),
});

const segment = fc.oneof(
  fc.constantFrom(
    "auth",
    "github",
    "callback",
    "account",
    "stats.csv",
    "export.json",
    "events",
    "assets",
    "..",
    ".",
  ),
  fc.string({ unit: "binary", maxLength: 30 }).map(encodeURIComponent),
  fc.string({ unit: "grapheme-ascii", maxLength: 30 }).map(encodeURIComponent),
  fc.constantFrom("%", "%00", "%ff", "%2e%2e", "%2f", ";", "\\", "//"),
);

/** A path with a query, of bytes that a request's first line may have. */
export const anyUrl = fc
  .tuple(
    fc.array(segment, { maxLength: 5 }),
    fc.array(
      fc.tuple(
        fc.oneof(
          name.map(encodeURIComponent),
          fc.constantFrom("before", "q", "todo", "after", dataParameter),
        ),
        text.map(encodeURIComponent),
      ),
      {
        maxLength: 5,
      },
    ),
  )
  .map(([path, query]) => `/${path.join("/")}?${query.map((pair) => pair.join("=")).join("&")}`);

const headerValue = fc.string({ unit: "grapheme-ascii", maxLength: 300 }).map((value) => value.trim());
const headerName = fc.constantFrom(
  ...[
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "User-Agent",
    "Referer",
    "If-None-Match",
    "Range",
    "Host",
  ],
  ...[
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "Forwarded",
    "Origin",
    "Sec-Fetch-Site",
    "Cookie",
  ],
  ...["Sec-Fetch-Mode", "Purpose", "Content-Type", "Authorization", remixHeaders.answer, "Cache-Control"],
);
const ownCookie = fc
  .tuple(
    fc.constantFrom("session", "undo", "theme", "magic-link", "oauth-abcdefgh"),
    fc.base64String({ maxLength: 200 }),
  )
  .map(([cookie, value]) => `todos-${cookie}-${new URL(app.appUrl).port}=${encodeURIComponent(value)}`);

export const anyHeaders = fc
  .tuple(fc.dictionary(headerName, headerValue, { maxKeys: 6 }), ownCookie)
  .map(([headers, cookie]) => ({ Cookie: cookie, ...headers }));
