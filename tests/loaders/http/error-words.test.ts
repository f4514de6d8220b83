import { expect, test } from "vitest";
import { errorWords } from "#app/document/error-words.ts";

/** As Remix makes it from an answer with a status. */
const answer = (status: number, data: unknown = null) => ({ status, statusText: "", internal: false, data });
/** As Remix makes it from a proxy's page, or from an error on the server. */
const withoutStack = (message: string) => Object.assign(new Error(message), { stack: undefined });

test.each([
  [answer(400), "Bad request", false],
  [answer(403), "Not allowed", false],
  [answer(404), "Not found", false],
  [answer(405), "Bad request", false],
  [answer(413), "Too large", false],
  [answer(429), "Too many requests", true],
  [answer(502), "Not reachable", true],
  [answer(503), "Not available", true],
  [withoutStack("<h1>502 Bad Gateway</h1>"), "Not reachable", true],
  [new TypeError("Failed to fetch"), "Not reachable", true],
  [new TypeError("NetworkError when attempting to fetch resource."), "Not reachable", true],
  [new TypeError("Load failed"), "Not reachable", true],
])("%s is described as %j, with whether to try again", (error, title, isTemporary) => {
  expect(errorWords(error)).toMatchObject({ title, isTemporary, isOurFault: false });
});

test.each([
  answer(500, { reference: "K7QX3MPD00" }),
  answer(501),
  withoutStack("Unexpected Server Error"),
  new TypeError("undefined is not a function"),
  "thrown",
])("%s is our fault, and its own message is not shown", (error) => {
  const { title, message, isOurFault } = errorWords(error);
  expect([title, isOurFault]).toEqual(["Something went wrong", true]);
  expect(message).not.toMatch(/undefined|thrown|Server Error/);
});

test.each([
  [{ reference: "K7QX3MPD00" }, "K7QX3MPD00"],
  [{ reference: 1 }, undefined],
  ["K7QX3MPD00", undefined],
  [null, undefined],
])("an answer with %j has the reference %s", (data, reference) => {
  expect(errorWords(answer(500, data)).reference).toBe(reference);
});
