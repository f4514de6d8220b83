const endsSoon = "that ends within ten minutes.";

/**
 * What the page says after a change, by the `?done=` to which it led.
 * @param ended the page's `?ended=`, which anybody can write: how many sessions were ended
 */
export function doneSentences(ended: string | null): Record<string, string> {
  return {
    name: "Your name is saved.",
    password: `Your password is changed. Wherever else you were signed in, ${endsSoon}`,
    ...(ended !== null && /^(0|[1-9]\d{0,4})$/.test(ended) && { sessions: sessionsEnded(ended) }),
  };
}

function sessionsEnded(count: string): string {
  if (count === "0") return "You were not signed in anywhere else.";
  return count === "1"
    ? `1 other session was ended. Where it was open, ${endsSoon}`
    : `${count} other sessions were ended. Where they were open, ${endsSoon}`;
}
