import { type Exchange, nameOf } from "./exchanges.ts";

const oauth = "OAuth";
const otherSettings = "a project with other settings";

/** What the stand-in has not got, by the sections that need it. */
const sectionsThatNeed: Record<string, string> = {
  "new user, GitHub": oauth,
  "the same user again (existing account)": oauth,
  "stack_response_mode=json, no cookie, sentinel secret (newer SDKs)": oauth,
  "a new user through google": oauth,
  "OAuth with an e-mail that exists with a password (not verified)": oauth,
  "type=link for that signed-in user": oauth,
  errors: oauth,
  "untrusted redirect_uri": oauth,
  "user denies at the provider": oauth,
  "user aborts at the provider": oauth,
  "12. a project that requires verified e-mails": otherSettings,
  "sign-up disabled": otherSettings,
};

/** The same for single exchanges of the other sections. */
const exchangesThatNeed: Record<string, string> = {
  "2. token refresh: refresh, refresh token of another project": "a second project on the same API",
};

/** @returns what the stand-in would need to answer an exchange; undefined: it answers it */
export function missingFor(exchange: Exchange): string | undefined {
  return sectionsThatNeed[exchange.section] ?? exchangesThatNeed[nameOf(exchange)];
}

/** A line for each section that is not covered at all, and for each other exchange that is not. */
export function notCovered(exchanges: Exchange[]): string[] {
  const counts = new Map<string, number>();
  for (const exchange of exchanges) {
    const missing = missingFor(exchange);
    if (!missing) continue;
    const what = exchange.section in sectionsThatNeed ? exchange.section : nameOf(exchange);
    const line = `${what} (needs ${missing})`;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return [...counts].map(([line, count]) => `${count} × ${line}`);
}
