import type { Exchange, Json } from "./exchanges.ts";
import type { Placeholders } from "./placeholders.ts";

/** What every answer carries, and the recordings leave out. */
const always: Record<string, RegExp> = {
  "access-control-allow-origin": /^\*$/,
  "cache-control": /^no-store, max-age=0$/,
  "x-stack-request-id": /^[\w-]+$/,
};

/** An answer of the stand-in. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Json;
}

/** @returns in which ways an answer is not the recorded one, each with its place; empty: in none */
export function differences({ request, response }: Exchange, answer: Answer, placeholders: Placeholders) {
  return [
    ...(answer.status === response.status
      ? []
      : [`status is ${answer.status} instead of ${response.status}`]),
    ...headerDifferences(request.path, response.headers, answer.headers, placeholders),
    ...valueDifferences(response.body, answer.body, placeholders),
  ];
}

function headerDifferences(
  path: string,
  recorded: Record<string, string>,
  actual: Record<string, string>,
  placeholders: Placeholders,
): string[] {
  const found: string[] = [];
  for (const name of new Set([...Object.keys(always), ...Object.keys(recorded), ...Object.keys(actual)])) {
    const value = actual[name];
    const rule = always[name];
    // How long keys may be cached is the one value among them that differs by endpoint, and it was not recorded.
    if (name === "cache-control" && path.includes("/jwks.json")) continue;
    const expected = recorded[name];
    if (rule ? !rule.test(value ?? "") : value === undefined || expected === undefined) {
      found.push(`header ${name} is ${value} instead of ${rule ?? expected}`);
    } else if (value !== undefined && expected !== undefined) {
      found.push(...at(`header ${name}`, placeholders.matchText(undated(expected), undated(value), name)));
    }
  }
  return found;
}

/** A cookie without the date that says the same as its Max-Age. */
function undated(header: string): string {
  return header.replace(/Expires=[^;]+; (?=Max-Age=)/, "");
}

/** @returns the same for two JSON values: types, keys, lengths and values at every depth */
export function valueDifferences(
  recorded: Json,
  actual: Json | undefined,
  placeholders: Placeholders,
  place = "body",
): string[] {
  if (actual === undefined) return [`${place} is missing`];
  if (typeOf(recorded) !== typeOf(actual))
    return [`${place} is ${JSON.stringify(actual)}: ${typeOf(actual)} instead of ${typeOf(recorded)}`];
  if (typeof recorded === "string" && typeof actual === "string") {
    return at(place, placeholders.matchText(recorded, actual, place.split(".").at(-1) ?? ""));
  }
  if (typeof recorded === "number" && typeof actual === "number") {
    return at(place, placeholders.matchNumber(recorded, actual));
  }
  if (isObject(recorded) && isObject(actual)) {
    return [...new Set([...Object.keys(recorded), ...Object.keys(actual)])].flatMap((key) => {
      const expected = recorded[key];
      if (expected === undefined) return [`${place}.${key} is extra`];
      return valueDifferences(expected, actual[key], placeholders, `${place}.${key}`);
    });
  }
  return recorded === actual ? [] : [`${place} is ${actual} instead of ${recorded}`];
}

/** Arrays too: their keys are the positions. */
function isObject(value: Json): value is Record<string, Json> {
  return typeof value === "object" && value !== null;
}

function typeOf(value: Json): string {
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}

function at(place: string, problem: string | undefined): string[] {
  return problem === undefined ? [] : [`${place} ${problem}`];
}
