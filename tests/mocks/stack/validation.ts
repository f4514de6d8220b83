import { z } from "zod";
import { schemaError } from "./known-errors.ts";

/**
 * Parses a part of a request.
 * @param part `body`, `query` or `params`, as the messages call it
 * @throws {KnownError} SCHEMA_ERROR in the words of yup, which the real API uses
 */
export function parsePart<T>(request: Request, part: string, value: unknown, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(value, { error: inWordsOfYup });
  if (parsed.success) return parsed.data;
  throw schemaError(
    request,
    parsed.error.issues.map(({ path, message }) => `${[part, ...path].join(".")} ${message}`),
  );
}

function inWordsOfYup(issue: z.core.$ZodRawIssue): string {
  if (issue.input === undefined) return "must be defined";
  if (issue.input === null) return "cannot be null";
  switch (issue.code) {
    case "invalid_type":
      return `must be a \`${issue.expected}\` type, but the final value was: \`${JSON.stringify(issue.input)}\`.`;
    case "invalid_format":
      if (issue.format === "email") return "must be a valid email";
      if (issue.format === "uuid") return "must be a valid UUID";
      return `must match the following: "${issue.pattern}"`;
    case "invalid_value":
      return `must be one of the following values: ${issue.values.join(", ")}`;
    case "too_big":
      if (issue.exact) return `must be exactly ${issue.maximum} characters`;
      return issue.origin === "string"
        ? `must be at most ${issue.maximum} characters`
        : `must be less than or equal to ${issue.maximum}`;
    case "too_small":
      if (issue.exact) return `must be exactly ${issue.minimum} characters`;
      return issue.origin === "string"
        ? "must not be empty"
        : `must be greater than or equal to ${issue.minimum}`;
    case "unrecognized_keys":
      return `contains unknown properties: ${issue.keys.join(", ")}`;
    default:
      return "Invalid value";
  }
}

export const email = z.email({ pattern: z.regexes.html5Email });

/** Sign-up also requires dots that separate something. */
export const signUpEmail = email.max(256).regex(/^[^.]+(\.[^.]+)*@.*\.[^.][^.]+$/);

export const url = z.string().refine((value) => URL.canParse(value), "is not a valid URL");

/** Addresses are stored in lower case, and found in any case. */
export function normalized(address: string): string {
  return address.trim().toLowerCase();
}
