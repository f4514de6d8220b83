const soon = "This takes effect within 10 minutes.";

/** By the page's `?done=`. @param ended its `?ended=`, a number of sessions that anyone can write */
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
