/** The cookie in which the script names the browser's time zone, as the IANA does. */
const name = "time-zone";
const yearSeconds = 365 * 24 * 60 * 60;

export function timeZoneIn(cookies: string): string | undefined {
  return cookies.match(/(?:^|; )time-zone=([A-Za-z\d_+\-/]{1,64})(?:;|$)/)?.[1];
}

export function rememberTimeZone(): void {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  if (timeZoneIn(document.cookie) === timeZone) return;
  // biome-ignore lint/suspicious/noDocumentCookie: Safari and Firefox have no other way without a promise
  document.cookie = `${name}=${timeZone}; Path=/; Max-Age=${yearSeconds}; SameSite=Lax`;
}
