const soon = "This takes effect within 10 minutes.";

/** By the page's `?done=`, with the number of sessions or todos from its URL, which anyone can write. */
export function doneSentences(search: URLSearchParams): Record<string, string> {
  const [ended, added] = [numberIn(search, "ended"), numberIn(search, "added")];
  return {
    name: "Your name was saved.",
    password: `Your password was changed, and you were signed out everywhere else. ${soon}`,
    ...(ended !== undefined && { sessions: sessionsEnded(ended) }),
    ...(added !== undefined && { import: todosAdded(added) }),
  };
}

function numberIn(search: URLSearchParams, name: string): string | undefined {
  return search.get(name)?.match(/^(0|[1-9]\d{0,4})$/)?.[0];
}

function todosAdded(count: string): string {
  if (count === "0") return "Nothing was added: you have all todos of this file already.";
  return count === "1" ? "1 todo was added." : `${count} todos were added.`;
}

function sessionsEnded(count: string): string {
  if (count === "0") return "You weren't signed in anywhere else.";
  return count === "1" ? `1 other session was ended. ${soon}` : `${count} other sessions were ended. ${soon}`;
}
