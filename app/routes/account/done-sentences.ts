const soon = "This takes effect within 10 minutes.";

/**
 * What the page says after a change, by its `?done=`.
 * @param ended the page's `?ended=`, which anyone can write: how many sessions were ended
 */
export function doneSentences(ended: string | null): Record<string, string> {
  return {
    name: "Your name was saved.",
    password: `Your password was changed, and you were signed out everywhere else. ${soon}`,
    ...(ended !== null && /^(0|[1-9]\d{0,4})$/.test(ended) && { sessions: sessionsEnded(ended) }),
  };
}

function sessionsEnded(count: string): string {
  if (count === "0") return "You weren't signed in anywhere else.";
  return count === "1" ? `1 other session was ended. ${soon}` : `${count} other sessions were ended. ${soon}`;
}
