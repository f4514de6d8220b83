/**
 * The first line of each message in the chain of causes, without what libraries quote in it. Besides the stack nothing
 * else is logged: an error's properties may hold rows, parameters or whole requests.
 */
export function summaryOf(error: unknown): string {
  return reasons(error).join(" < ");
}

/** Without the messages above the stacks. */
export function stackOf(error: unknown, depth = 0): string {
  if (!(error instanceof Error) || depth > 5) return "";
  const frames = (error.stack ?? "").split("\n").filter((line) => /^ {4}at /.test(line));
  return [...frames, stackOf(error.cause, depth + 1)].filter(Boolean).join("\n");
}

function reasons(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 5) return depth === 0 ? [`${typeof error} thrown`] : [];
  // Its message quotes the text that could not be parsed.
  if (error instanceof SyntaxError) return ["invalid JSON", ...reasons(error.cause, depth + 1)];
  const [line = ""] = (error.message || (error as NodeJS.ErrnoException).code || error.name).split("\n", 1);
  return [withoutSecrets(line).slice(0, 200), ...reasons(error.cause, depth + 1)];
}

/** Without email addresses, connection strings, tokens and query strings. */
function withoutSecrets(line: string): string {
  return line
    .replaceAll(/[^\s"'<>()]+@[^\s"'<>()]+/g, "…@…")
    .replaceAll(/eyJ[\w.-]+/g, "eyJ…")
    .replaceAll(/(?<=\/\S*)\?[^\s"'<>()]+/g, "?…");
}
