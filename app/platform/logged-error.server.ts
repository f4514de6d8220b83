/**
 * What went wrong, and why, and why that: the first line of each message, without what libraries quote in it. Of an
 * error nothing else is told but its stack: its properties may hold rows, parameters, or whole requests.
 */
export function summaryOf(error: unknown): string {
  return reasons(error).join(" < ");
}

/** Where it was thrown, and where its causes were: the lines of the stacks without the messages above them. */
export function stackOf(error: unknown, depth = 0): string {
  if (!(error instanceof Error) || depth > 5) return "";
  const frames = (error.stack ?? "").split("\n").filter((line) => /^ {4}at /.test(line));
  return [...frames, stackOf(error.cause, depth + 1)].filter(Boolean).join("\n");
}

function reasons(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 5) return depth === 0 ? [`${typeof error} thrown`] : [];
  // What could not be read is quoted in it.
  if (error instanceof SyntaxError) return ["no valid JSON", ...reasons(error.cause, depth + 1)];
  const [line = ""] = (error.message || (error as NodeJS.ErrnoException).code || error.name).split("\n", 1);
  return [withoutSecrets(line).slice(0, 200), ...reasons(error.cause, depth + 1)];
}

/** Addresses and connection strings, tokens, and query strings. */
function withoutSecrets(line: string): string {
  return line
    .replaceAll(/[^\s"'<>()]+@[^\s"'<>()]+/g, "…@…")
    .replaceAll(/eyJ[\w.-]+/g, "eyJ…")
    .replaceAll(/(?<=\/\S*)\?[^\s"'<>()]+/g, "?…");
}
