/**
 * In UTC, and it says so: the server does not know the user's time zone, and a text that changes in the browser moves the
 * page. Cut out rather than formatted: server and browser may know different names of months.
 * @param value ISO 8601 in UTC
 */
export function timeWords(value: string): string {
  return `${value.slice(0, 10)} ${value.slice(11, 16)} UTC`;
}

export function Time({ value }: { value: string }) {
  return <time dateTime={value}>{timeWords(value)}</time>;
}
